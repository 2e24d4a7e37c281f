/* SPDX-License-Identifier: GPL-3.0-or-later
 * Opening a reference table: embedded or of the laboratory, and the order of its sets.
 */
#include "base/error.h"
#include "base/sha256.h"
#include "base/table.h"
#include "base/text.h"
#include "knowledge/knowledge.h"
#include "reference/limits.h"

#include <string.h>
#include <threads.h>

enum { LARGEST_TABLE = 16 * 1024 * 1024 };

const char rv_default_set[] = "NDTF 2016";
static const char fallback[] = "Preston-Shapiro"; /* asked for studies that the default lacks */

static bool has_set(const struct rv_reference *reference, const char *set)
{
    for (size_t i = 0; i < reference->row_count; i++)
        if (strcmp(reference->rows[i].set, set) == 0)
            return true;
    return false;
}

static enum rv_status refuse_set(const struct rv_reference *reference, const char *set,
                                 struct rv_error *err)
{
    char shown[520];
    rv_text_visible(set, strlen(set), shown, sizeof shown);
    struct rv_text names = {0};
    for (size_t i = 0; i < reference->row_count; i++) {
        const char *name = reference->rows[i].set;
        size_t first = 0;
        while (strcmp(reference->rows[first].set, name) != 0)
            first++;
        if (first == i)
            rv_text_format(&names, "%s\"%s\"", i > 0 ? ", " : "", name);
    }
    enum rv_status status = rv_fail(err, RV_STUDY, "there is no set \"%s\"; there are %s", shown,
                                    names.bytes != NULL ? names.bytes : "none");
    rv_text_finish(&names);
    return status;
}

/* The name of the set of a table that holds one only; NULL. */
static const char *only_set(const struct rv_reference *reference)
{
    const char *first = reference->rows[0].set;
    for (size_t i = 1; i < reference->row_count; i++)
        if (strcmp(reference->rows[i].set, first) != 0)
            return NULL;
    return first;
}

/* The sets in the order in which they are asked. A table with one set needs no name. */
static enum rv_status choose_chain(struct rv_reference *reference, const char *set,
                                   struct rv_error *err)
{
    const char *first = set != NULL ? set : rv_default_set;
    const char *only = only_set(reference);
    if (set == NULL && only != NULL)
        first = only;
    if (!has_set(reference, first))
        return refuse_set(reference, first, err);
    size_t count = 0;
    reference->chain[count++] = first;
    if (strcmp(first, fallback) != 0) {
        if (strcmp(first, rv_default_set) != 0 && has_set(reference, rv_default_set))
            reference->chain[count++] = rv_default_set;
        if (has_set(reference, fallback))
            reference->chain[count++] = fallback;
    }
    for (size_t i = 0; i < count; i++) {
        reference->chain[i] = rv_arena_text(reference->arena, reference->chain[i]);
        if (reference->chain[i] == NULL)
            return rv_fail_memory(err);
    }
    reference->facts.name = reference->chain[0];
    return RV_OK;
}

/* The remark "# version: TEXT" before the header; "" when there is none. */
static const char *read_version(struct rv_arena *arena, const char *bytes, size_t length)
{
    static const char mark[] = "# version:";
    if (length < sizeof mark || memcmp(bytes, mark, sizeof mark - 1) != 0)
        return "";
    const char *from = bytes + sizeof mark - 1, *end = memchr(from, '\n', length - sizeof mark + 1);
    const char *to = end != NULL ? end : bytes + length;
    while (from < to && *from == ' ')
        from++;
    while (to > from && (to[-1] == '\r' || to[-1] == ' '))
        to--;
    return rv_arena_text_n(arena, from, (size_t)(to - from));
}

static enum rv_status fill(struct rv_reference *reference, const char *bytes, size_t length,
                           const char *set, struct rv_error *err)
{
    char hash[65];
    rv_sha256_hex(bytes, length, hash);
    reference->facts.sha256 = rv_arena_text(reference->arena, hash);
    reference->facts.version = read_version(reference->arena, bytes, length);
    if (reference->facts.sha256 == NULL || reference->facts.version == NULL)
        return rv_fail_memory(err);
    enum rv_status status = rv_limits_read(reference, bytes, length, err);
    return status == RV_OK ? choose_chain(reference, set, err) : status;
}

enum rv_status rv_reference_open(const char *path, const char *set, struct rv_reference **reference,
                                 struct rv_error *err)
{
    enum rv_status status = rv_words_prepare(err);
    if (status != RV_OK)
        return status;
    struct rv_reference *made = rv_allocate(1, sizeof *made);
    struct rv_arena *arena = rv_arena_new();
    if (made == NULL || arena == NULL) {
        rv_release(made);
        rv_arena_free(arena);
        return rv_fail_memory(err);
    }
    made->arena = arena;
    size_t length = 0;
    if (path == NULL) {
        const char *bytes = rv_knowledge_bytes("reference.tsv", &length);
        status = bytes != NULL ? fill(made, bytes, length, set, err)
                               : rv_fail(err, RV_INTERNAL, "no reference table was built in");
    } else {
        char *bytes = NULL;
        status = rv_file_read(arena, path, LARGEST_TABLE, &bytes, &length, err);
        if (status == RV_OK)
            status = fill(made, bytes, length, set, err);
        if (status != RV_OK)
            rv_fail_in(err, status, "%s", path);
    }
    if (status != RV_OK) {
        rv_reference_close(made);
        return status;
    }
    *reference = made;
    return RV_OK;
}

void rv_reference_close(struct rv_reference *reference)
{
    if (reference == NULL)
        return;
    rv_arena_free(reference->arena);
    rv_release(reference);
}

struct rv_reference_facts rv_reference_facts(const struct rv_reference *reference)
{
    return reference->facts;
}

/* The embedded table, read once for its names; lives as long as the process. */
static struct rv_reference *embedded;
static once_flag embedded_once = ONCE_FLAG_INIT;

static void open_embedded(void)
{
    if (rv_reference_open(NULL, NULL, &embedded, NULL) != RV_OK)
        embedded = NULL;
}

const char *rv_reference_set_name(size_t index)
{
    call_once(&embedded_once, open_embedded);
    for (size_t i = 0, found = 0; embedded != NULL && i < embedded->row_count; i++)
        if ((i == 0 || strcmp(embedded->rows[i].set, embedded->rows[i - 1].set) != 0) &&
            found++ == index)
            return embedded->rows[i].set;
    return NULL;
}
