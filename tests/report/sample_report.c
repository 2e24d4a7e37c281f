/* SPDX-License-Identifier: GPL-3.0-or-later
 * Writes the report of the fixture: sample_report FORMAT calm|hostile|bare [FILE|colour]. "bare" is
 * a report without values and interpretation. For the scripts that look at it with other programs.
 */
#include "fixture.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static bool to_stdout(void *unused, const void *bytes, size_t count)
{
    (void)unused;
    return fwrite(bytes, 1, count, stdout) == count && fflush(stdout) == 0;
}

int main(int count, char **argv)
{
    const struct rv_renderer *renderer = count >= 3 ? rv_renderer_find(argv[1]) : NULL;
    if (renderer == NULL)
        return 2;
    struct rv_render_options options = {.colour = count > 3 && strcmp(argv[3], "colour") == 0};
    struct rv_error err = {.status = RV_OK};
    struct rv_report *report = fixture_new(strcmp(argv[2], "hostile") == 0);
    if (strcmp(argv[2], "bare") == 0) {
        report->measurement_count = report->notice_count = 0;
        report->interpretation = (struct rv_interpretation){0};
    }
    enum rv_status status = count > 3 && !options.colour
                                ? rv_render_file(report, renderer, NULL, argv[3], &err)
                                : renderer->render(report, &options, to_stdout, NULL, &err);
    fixture_free(report);
    if (status != RV_OK)
        fprintf(stderr, "%s\n", err.text);
    return (int)status;
}
