/* SPDX-License-Identifier: GPL-3.0-or-later
 * Build-time program: turns the tables into one C file of byte arrays.
 * embed OUT TABLE...
 */
#include <stdio.h>
#include <string.h>

static int write_table(FILE *out, const char *path, size_t index)
{
    FILE *in = fopen(path, "rb");
    if (in == NULL)
        return 1;
    fprintf(out, "static const unsigned char table_%zu[] = {", index);
    size_t count = 0;
    for (int c; (c = fgetc(in)) != EOF; count++)
        fprintf(out, "%s%d,", count % 24 == 0 ? "\n" : "", c);
    fprintf(out, "0};\n");
    int failed = ferror(in);
    return fclose(in) != 0 || failed;
}

int main(int argc, char **argv)
{
    if (argc < 2)
        return 2;
    FILE *out = fopen(argv[1], "wb");
    if (out == NULL)
        return 1;
    fprintf(out, "/* Made by embed.c from the tables of src/knowledge. */\n"
                 "#include \"knowledge/embedded.h\"\n\n");
    for (int i = 2; i < argc; i++)
        if (write_table(out, argv[i], (size_t)i) != 0) {
            fprintf(stderr, "embed: cannot read %s\n", argv[i]);
            fclose(out);
            return 1;
        }
    fprintf(out, "const struct rv_embedded rv_embedded[] = {\n");
    for (int i = 2; i < argc; i++) {
        const char *slash = strrchr(argv[i], '/');
        fprintf(out, "    {\"%s\", (const char *)table_%d, sizeof table_%d - 1},\n",
                slash != NULL ? slash + 1 : argv[i], i, i);
    }
    fprintf(out, "    {0},\n};\n");
    return fclose(out) != 0;
}
