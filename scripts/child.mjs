// Starts a child process whose signals and exit code are the launcher's own.
import { spawn } from 'node:child_process';
import { constants } from 'node:os';

/** Runs a program to its end; resolves to the exit code, 128 + n where signal n ended it. */
export function runChild(command, args, options = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { stdio: 'inherit', ...options });
    const forward = (signal) => child.kill(signal);
    const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'];
    for (const signal of signals) process.on(signal, forward);
    const stopWatching = whenOrphaned(() => child.kill('SIGTERM'));
    const settle = () => {
      stopWatching();
      for (const signal of signals) process.off(signal, forward);
    };
    child.once('error', (error) => {
      settle();
      reject(error);
    });
    child.once('close', (code, signal) => {
      settle();
      resolve(code ?? 128 + constants.signals[signal]);
    });
  });
}

/**
 * Calls back once when the process that started this one has ended. npm starts a script through a shell that dies of
 * a signal without passing it on, so under npm the end of that shell is the signal. Returns what ends the watch.
 */
export function whenOrphaned(callback) {
  if (!process.env.npm_lifecycle_event) return () => undefined;
  const parent = process.ppid;
  const timer = setInterval(() => {
    if (process.ppid === parent) return;
    clearInterval(timer);
    callback();
  }, 500);
  timer.unref();
  return () => clearInterval(timer);
}
