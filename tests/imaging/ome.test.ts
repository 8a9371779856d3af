import { describe, expect, test } from 'vitest';
import { parseOme } from '../../src/imaging/tiff/ome';

const ome = (pixels: string, inner = '', attributes = 'UUID="urn:uuid:1"') =>
  `<?xml version="1.0"?><OME xmlns="http://www.openmicroscopy.org" ${attributes}><Image ID="Image:0"><Pixels ${pixels}>${inner}</Pixels></Image></OME>`;

const size = 'DimensionOrder="XYZCT" SizeX="4" SizeY="4" SizeZ="3" SizeC="2" SizeT="2" Type="uint8"';

describe('parseOme', () => {
  test('without TiffData the pages follow the dimension order', () => {
    const image = parseOme(ome(size), 12, 1, 'a.tif');
    expect(image?.size).toEqual({ t: 2, z: 3, c: 2 });
    expect(image?.places.get(0)).toEqual({ t: 0, z: 0, c: 0 });
    expect(image?.places.get(2)).toEqual({ t: 0, z: 2, c: 0 });
    expect(image?.places.get(3)).toEqual({ t: 0, z: 0, c: 1 });
    expect(image?.places.get(11)).toEqual({ t: 1, z: 2, c: 1 });
  });

  test('TiffData say which page is which plane, in any order', () => {
    const inner =
      '<TiffData IFD="0" FirstC="1" PlaneCount="1"/><TiffData IFD="1" FirstC="0" PlaneCount="1"></TiffData>';
    const image = parseOme(ome('DimensionOrder="XYCZT" SizeZ="1" SizeC="2" SizeT="1"', inner), 2, 1, 'a.tif');
    expect([image?.places.get(0)?.c, image?.places.get(1)?.c]).toEqual([1, 0]);
  });

  test('planes in other files are left out where those here fill a box', () => {
    const data = (z: number, uuid: string) =>
      `<TiffData FirstZ="${z}" IFD="0" PlaneCount="1"><UUID FileName="z${z}.tif">urn:uuid:${uuid}</UUID></TiffData>`;
    const image = parseOme(
      ome('DimensionOrder="XYZCT" SizeZ="3" SizeC="1" SizeT="1"', data(0, '9') + data(2, '1')),
      1,
      1,
      'z2.tif',
    );
    expect(image?.size).toEqual({ t: 1, z: 1, c: 1 });
    expect([...(image?.places ?? [])]).toEqual([[0, { t: 0, z: 0, c: 0 }]]);
  });

  test('samples of a page are channels', () => {
    const image = parseOme(ome('DimensionOrder="XYCZT" SizeZ="2" SizeC="3" SizeT="1"'), 2, 3, 'rgb.tif');
    expect(image?.size).toEqual({ t: 1, z: 2, c: 3 });
    expect(image?.places.get(1)).toEqual({ t: 0, z: 1, c: 0 });
  });

  test('pixel size, unit, time and names, prefixes and entities included', () => {
    const inner = '<OME:Channel ID="c" Name="&#945;-tubulin &amp; &lt;x&gt;"/><Channel Name="B"/>';
    const pixels = `${size} PhysicalSizeX="65" PhysicalSizeXUnit="nm" PhysicalSizeY="65" PhysicalSizeZ="200" TimeIncrement="0.5"`;
    expect(parseOme(ome(pixels, inner), 12, 1, 'a.tif')?.meta).toEqual({
      source: 'ome',
      pixelSize: { x: 65, y: 65, z: 200 },
      unit: 'nm',
      frameInterval: 0.5,
      channelNames: ['α-tubulin & <x>', 'B'],
    });
    expect(parseOme(ome(`${size} PhysicalSizeX="0.1"`), 12, 1, 'a.tif')?.meta.unit).toBe('µm');
    expect(parseOme(ome(size), 12, 1, 'a.tif')?.meta.unit).toBe('');
  });

  test('no OME-XML, and a pointer to a companion file, say nothing', () => {
    expect(parseOme(undefined, 1, 1, 'a.tif')).toBeUndefined();
    expect(parseOme('ImageJ=1.54f\n', 1, 1, 'a.tif')).toBeUndefined();
    expect(parseOme('<OME><BinaryOnly MetadataFile="a.ome"/></OME>', 1, 1, 'a.tif')).toBeUndefined();
  });

  test('refuses planes that are missing and orders that are none', () => {
    expect(() => parseOme(ome(size), 11, 1, 'a.tif')).toThrow(
      "Got an OME-TIFF with 11 planes that do not fill T2 Z3 C2 in 'a.tif'; wanted one image whose planes are all in this file. " +
        'Export the image as a single OME-TIFF or as an ImageJ TIFF.',
    );
    expect(() => parseOme(ome('DimensionOrder="XYZZT"'), 1, 1, 'a.tif')).toThrow("dimension order 'XYZZT'");
  });

  test('endless and unclosed descriptions take no longer than they are long', () => {
    const started = performance.now();
    for (const text of ['<TiffData ', '<Pixels ', '<TiffData>', '<', 'a', '<OME UUID="', '<UUID>']) {
      const description = `<OME ><Pixels DimensionOrder="XYZCT">${text.repeat(3_000_000 / text.length)}`;
      expect(parseOme(description, 1, 1, 'a.tif')?.size).toEqual({ t: 1, z: 1, c: 1 });
    }
    expect(parseOme(`<${'a'.repeat(3_000_000)}`, 1, 1, 'a.tif')).toBeUndefined();
    expect(parseOme(`<OME ${'a '.repeat(1_500_000)}`, 1, 1, 'a.tif')).toBeUndefined();
    expect(performance.now() - started).toBeLessThan(10_000);
  });
});
