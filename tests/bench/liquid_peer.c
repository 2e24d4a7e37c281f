/* SPDX-License-Identifier: GPL-3.0-or-later
 * The same job with liquid-dsp: liquid_peer IN.wav OUT.raw TAPS filters a 16 bit stereo file with a
 * 44 byte header, 20 to 3000 Hz, and writes interleaved float32.
 */
#include <liquid/liquid.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

enum { BLOCK = 8192 };

int main(int count, char **words)
{
    if (count != 4)
        return 2;
    FILE *in = fopen(words[1], "rb"), *out = fopen(words[2], "wb");
    const unsigned taps = (unsigned)atoi(words[3]);
    float *low = malloc(taps * sizeof *low), *band = malloc(taps * sizeof *band);
    if (in == NULL || out == NULL || low == NULL || band == NULL || fseek(in, 44, SEEK_SET) != 0)
        return 74;
    liquid_firdes_kaiser(taps, 3000.0F / 48000.0F, 60.0F, 0.0F, band);
    liquid_firdes_kaiser(taps, 20.0F / 48000.0F, 60.0F, 0.0F, low);
    for (unsigned i = 0; i < taps; i++)
        band[i] -= low[i];
    const unsigned block = taps > BLOCK ? 2 * BLOCK : BLOCK; /* at least the taps less one */
    fftfilt_rrrf filters[2] = {fftfilt_rrrf_create(band, taps, block),
                               fftfilt_rrrf_create(band, taps, block)};
    int16_t *raw = malloc(2 * block * sizeof *raw);
    float *one = malloc(block * sizeof *one), *two = malloc(2 * block * sizeof *two);
    float *both = malloc(2 * block * sizeof *both);
    if (raw == NULL || one == NULL || two == NULL || both == NULL)
        return 71;
    for (size_t frames; (frames = fread(raw, 4, block, in)) > 0;) {
        for (unsigned c = 0; c < 2; c++) {
            for (unsigned i = 0; i < block; i++)
                one[i] = i < frames ? (float)raw[2 * i + c] / 32768.0F : 0.0F;
            fftfilt_rrrf_execute(filters[c], one, two);
            for (unsigned i = 0; i < block; i++)
                both[2 * i + c] = two[i];
        }
        fwrite(both, 8, frames, out);
    }
    return fclose(out) == 0 ? 0 : 74;
}
