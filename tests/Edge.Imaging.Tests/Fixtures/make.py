"""Makes the image fixtures of this folder: NAME.jpg or NAME.png with NAME.ppm, the pixels that a decoder must give.

JPEG pixels are Pillow's (libjpeg-turbo), upright; PNG pixels are the ones the file was made of. Needs Pillow and
libturbojpeg. Run in this folder; the tests themselves need neither this script nor Python.
"""
import ctypes
import struct
import zlib

from PIL import Image, ImageOps

W, H = 23, 17


def pattern(w=W, h=H):
    """A smooth colourful image with one sharp corner, different in every direction."""
    im = Image.new("RGB", (w, h))
    im.putdata([
        (40 + 200 * x // w, 20 + 220 * y // h, 255 if x < 5 and y < 4 else 230 * (x + y) // (w + h))
        for y in range(h) for x in range(w)])
    return im


def save_ppm(name, im):
    im.convert("RGB").save(name + ".ppm")


def expect(name):
    save_ppm(name, ImageOps.exif_transpose(Image.open(name + ".jpg")))


def turbo(name, subsampling, pixels, pixel_format):
    lib = ctypes.CDLL("libturbojpeg.so.0")
    lib.tjInitCompress.restype = ctypes.c_void_p
    out, size = ctypes.c_void_p(), ctypes.c_ulong()
    assert lib.tjCompress2(ctypes.c_void_p(lib.tjInitCompress()), pixels, W, 0, H, pixel_format, ctypes.byref(out),
                           ctypes.byref(size), subsampling, 90, 0) == 0
    with open(name + ".jpg", "wb") as f:
        f.write(ctypes.string_at(out, size.value))
    expect(name)


def jpegs():
    rgb = pattern()
    for name, subsampling in (("444", 0), ("422", 1), ("420", 2)):
        rgb.save(f"jpeg-{name}.jpg", quality=90, subsampling=subsampling)
        expect("jpeg-" + name)
    turbo("jpeg-440", 4, rgb.tobytes(), 0)
    turbo("jpeg-411", 5, rgb.tobytes(), 0)
    turbo("jpeg-ycck", 0, Image.eval(rgb.convert("CMYK"), lambda v: 255 - v).tobytes(), 11)
    rgb.save("jpeg-progressive.jpg", quality=90, progressive=True)
    expect("jpeg-progressive")
    rgb.convert("L").save("jpeg-grey.jpg", quality=90)
    expect("jpeg-grey")
    rgb.convert("CMYK").save("jpeg-cmyk.jpg", quality=90)
    expect("jpeg-cmyk")
    for orientation in range(1, 9):
        exif = Image.Exif()
        exif[0x0112] = orientation
        rgb.save(f"jpeg-orientation-{orientation}.jpg", quality=90, exif=exif)
        expect(f"jpeg-orientation-{orientation}")


def chunk(kind, data):
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


ADAM7 = ((0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2))


def packed(samples, depth):
    if depth == 16:
        return struct.pack(f">{len(samples)}H", *samples)
    bits = "".join(format(s, f"0{depth}b") for s in samples)
    bits += "0" * (-len(bits) % 8)
    return bytes(int(bits[i:i + 8], 2) for i in range(0, len(bits), 8))


def png(name, colour_type, depth, pixel, expected, extra=b"", late=b"", interlaced=False):
    """pixel(x, y) gives the stored samples, expected(x, y) the decoded R, G, B."""
    raw = b""
    for x0, y0, dx, dy in ADAM7 if interlaced else ((0, 0, 1, 1),):
        for y in range(y0, H, dy):
            row = [s for x in range(x0, W, dx) for s in pixel(x, y)]
            if row:
                raw += b"\0" + packed(row, depth)
    with open(name + ".png", "wb") as f:
        f.write(b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", W, H, depth, colour_type, 0, 0, interlaced))
                + extra + chunk(b"IDAT", zlib.compress(raw, 9)) + late + chunk(b"IEND", b""))
    im = Image.new("RGB", (W, H))
    im.putdata([expected(x, y) for y in range(H) for x in range(W)])
    return im


def pngs():
    rgb = pattern().load()

    def colour(x, y):
        return rgb[x, y]

    def grey(x, y):
        return (8 * x + 3 * y,)

    def grey_rgb(x, y):
        return grey(x, y) * 3

    def wide(x, y):
        return tuple(v * 256 + (37 * x + 101 * y) % 256 for v in colour(x, y))

    def narrowed(x, y):
        return tuple((v * 255 + 32767) // 65535 for v in wide(x, y))

    palette = [(i * 16, 255 - i * 16, (i * 37) % 256) for i in range(16)]
    plte = chunk(b"PLTE", bytes(v for c in palette for v in c))

    def index(x, y):
        return ((x + y) % 16,)

    def of_palette(x, y):
        return palette[(x + y) % 16]

    trns = chunk(b"tRNS", bytes(range(0, 256, 16)))
    gamma = chunk(b"gAMA", struct.pack(">I", 100000))
    exif6 = chunk(b"eXIf", b"MM\0*\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0\x06\0\0\0\0\0\0")
    for name, im in {
        "png-rgb": png("png-rgb", 2, 8, colour, colour),
        "png-rgb-interlaced": png("png-rgb-interlaced", 2, 8, colour, colour, interlaced=True),
        "png-rgb-gamma": png("png-rgb-gamma", 2, 8, colour, colour, extra=gamma),
        "png-rgb-transparent-colour": png("png-rgb-transparent-colour", 2, 8, colour, colour,
                                          extra=chunk(b"tRNS", struct.pack(">HHH", *colour(3, 3)))),
        "png-rgba": png("png-rgba", 6, 8, lambda x, y: colour(x, y) + (11 * x % 256,), colour),
        "png-rgb16": png("png-rgb16", 2, 16, wide, narrowed),
        "png-rgb16-gamma": png("png-rgb16-gamma", 2, 16, wide, narrowed, extra=gamma),
        "png-rgba16": png("png-rgba16", 6, 16, lambda x, y: wide(x, y) + (257 * x,), narrowed),
        "png-grey": png("png-grey", 0, 8, grey, grey_rgb),
        "png-grey1": png("png-grey1", 0, 1, lambda x, y: ((x + y) % 2,), lambda x, y: ((x + y) % 2 * 255,) * 3),
        "png-grey4": png("png-grey4", 0, 4, index, lambda x, y: ((x + y) % 16 * 17,) * 3, interlaced=True),
        "png-grey16": png("png-grey16", 0, 16, lambda x, y: wide(x, y)[:1], lambda x, y: narrowed(x, y)[:1] * 3),
        "png-grey-alpha": png("png-grey-alpha", 4, 8, lambda x, y: grey(x, y) + (9 * y,), grey_rgb),
        "png-palette4": png("png-palette4", 3, 4, index, of_palette, extra=plte),
        "png-palette8-transparent": png("png-palette8-transparent", 3, 8, index, of_palette, extra=plte + trns),
        "png-orientation-6": png("png-orientation-6", 2, 8, colour, colour, extra=exif6).transpose(Image.ROTATE_270),
        "png-orientation-6-late": png("png-orientation-6-late", 2, 8, colour, colour, late=exif6).transpose(Image.ROTATE_270),
    }.items():
        save_ppm(name, im)


jpegs()
pngs()
