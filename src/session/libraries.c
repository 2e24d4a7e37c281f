/* SPDX-License-Identifier: GPL-3.0-or-later
 * What computes besides us: the libraries as they are loaded, not as they were built against.
 */
#include "acquire/reader.h"
#include "dsp/design.h"
#include "dsp/fft.h"

#include <ranvier/ranvier.h>

#include <jansson.h>

#include <stdio.h>
#include <unistd.h>

/* "glibc 2.36", whose exp and sin are in every result; "" elsewhere. */
static void c_library(char text[40])
{
    text[0] = '\0';
#ifdef _CS_GNU_LIBC_VERSION
    if (confstr(_CS_GNU_LIBC_VERSION, text, 40) > 40)
        text[0] = '\0';
#endif
}

void rv_libraries(char *text, size_t size)
{
    char c[40];
    c_library(c);
    snprintf(text, size, "%s, gsl %s, %s, jansson %s%s%s", rv_fft_version(), rv_gsl_version(),
             rv_sndfile_version(), jansson_version_str(), c[0] != '\0' ? ", " : "", c);
}
