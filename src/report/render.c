/* SPDX-License-Identifier: GPL-3.0-or-later
 * The list of renderers.
 */
#include "report/render.h"

#include "base/error.h"

static const struct rv_renderer *const renderers[] = {
    &rv_renderer_text, &rv_renderer_json, &rv_renderer_html, &rv_renderer_tsv, NULL,
};

const struct rv_renderer *rv_renderer_at(size_t index)
{
    return index < sizeof renderers / sizeof *renderers ? renderers[index] : NULL;
}

const struct rv_renderer *rv_renderer_find(const char *name)
{
    for (size_t i = 0; renderers[i] != NULL; i++)
        if (rv_text_equal(renderers[i]->name, name))
            return renderers[i];
    return NULL;
}

enum rv_status rv_render_finish(struct rv_text *text, rv_write_function *write, void *to,
                                struct rv_error *err)
{
    enum rv_status status = RV_OK;
    if (text->failed)
        status = rv_fail_memory(err);
    else if (text->length > 0 && !write(to, text->bytes, text->length))
        status = rv_fail(err, RV_IO, "the report could not be written");
    rv_text_finish(text);
    return status;
}
