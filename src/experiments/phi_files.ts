/** φ of a cell, read from its file. */
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { classifierPhi } from '../models/classifier';
import type { Phi } from '../models/phi';
import { readSafetensors } from '../models/safetensors';
import { squeezenetPhi } from '../models/squeezenet';
import { OWN_PHI } from '../training/own_phi';
import type { Cell } from './cell';

export async function ownPhi(): Promise<Phi> {
  return classifierPhi(readSafetensors(new Uint8Array(await readFile(OWN_PHI))));
}

/** Our own φ, or ImageNet's where the cell says so. */
export async function phiOf({ changes }: Cell): Promise<Phi> {
  if (changes?.phi !== 'squeezenet') return ownPhi();
  const phi = await imageNetPhi();
  if (!phi) throw new Error('got no $MENDSCOPE_DATA/phi/squeezenet1_1.safetensors, wanted ImageNet’s φ there');
  return phi;
}

/** Undefined where its weights are not at hand. */
export async function imageNetPhi(): Promise<Phi | undefined> {
  const folder = process.env.MENDSCOPE_DATA;
  const file = folder && join(folder, 'phi', 'squeezenet1_1.safetensors');
  return file && existsSync(file) ? squeezenetPhi(readSafetensors(new Uint8Array(await readFile(file)))) : undefined;
}
