/* SPDX-License-Identifier: GPL-3.0-or-later
 * The studies of a batch. Folders are walked with a stack of their own, never by recursion.
 */
#include "batch/queue.h"

#include <ranvier/digest.h>
#include <ranvier/session.h>

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>

/* Recordings by the ending of their names. Text tables (.tsv, .txt) and .mat lie about in folders
 * for many reasons: they are taken where they are named, not where they are found. */
static const char *const endings[] = {"edf", "bdf", "wav",  "w64", "rf64", "flac",
                                      "caf", "aif", "aiff", "hea", "csv",  NULL};

static enum rv_status fail(struct rv_error *err, enum rv_status status, const char *subject,
                           const char *problem)
{
    snprintf(err->text, sizeof err->text, "%.300s: %s", subject, problem);
    return err->status = status;
}

static enum rv_status no_memory(struct rv_error *err)
{
    return fail(err, RV_NO_MEMORY, "the list of studies", "out of memory");
}

char *path_join(const char *folder, const char *name)
{
    size_t length = strlen(folder), more = strlen(name);
    char *path = malloc(length + more + 2);
    if (path == NULL)
        return NULL;
    memcpy(path, folder, length);
    if (length > 0 && folder[length - 1] != '/')
        path[length++] = '/';
    memcpy(path + length, name, more + 1);
    return path;
}

bool is_study_folder(const char *path)
{
    static const char *const names[] = {"study.json", "responses.tsv", "needle.tsv"};
    bool found = false;
    for (size_t i = 0; i < 3 && !found; i++) {
        struct stat facts;
        char *file = path_join(path, names[i]);
        found = file != NULL && stat(file, &facts) == 0;
        free(file);
    }
    return found;
}

static bool is_recording_name(const char *name)
{
    const char *dot = strrchr(name, '.');
    for (size_t i = 0; dot != NULL && dot != name && endings[i] != NULL; i++)
        if (strcasecmp(dot + 1, endings[i]) == 0)
            return true;
    return false;
}

/* Takes `path` over, in any case. */
static bool add(struct queue *queue, char *path, uint64_t bytes)
{
    if (path == NULL)
        return false;
    if (queue->count == queue->size) {
        size_t size = 2 * queue->size + 64;
        struct item *grown = realloc(queue->items, size * sizeof *grown);
        if (grown == NULL) {
            free(path);
            return false;
        }
        queue->items = grown;
        queue->size = size;
    }
    queue->items[queue->count++] = (struct item){.path = path, .bytes = bytes};
    return true;
}

static uint64_t size_of_folder(const char *path)
{
    uint64_t bytes = 0;
    DIR *folder = opendir(path);
    for (struct dirent *entry; folder != NULL && (entry = readdir(folder)) != NULL;) {
        struct stat facts;
        char *file = path_join(path, entry->d_name);
        if (file != NULL && stat(file, &facts) == 0 && S_ISREG(facts.st_mode))
            bytes += (uint64_t)facts.st_size;
        free(file);
    }
    if (folder != NULL)
        closedir(folder);
    return bytes;
}

/* One entry of a folder: to the queue, to the folders still to be walked, or nowhere. */
static bool sort_entry(struct queue *queue, struct queue *folders, const char *folder,
                       const char *name)
{
    struct stat facts;
    if (name[0] == '.')
        return true;
    char *path = path_join(folder, name);
    if (path == NULL)
        return false;
    if (lstat(path, &facts) == 0 && S_ISDIR(facts.st_mode))
        return add(folders, path, 0);
    if (is_recording_name(name) && stat(path, &facts) == 0 && S_ISREG(facts.st_mode))
        return add(queue, path, (uint64_t)facts.st_size);
    free(path);
    return true;
}

/* The studies of a BIDS dataset; what else lies in it is not searched. A dataset that cannot be
 * understood is an input of its own, which fails with the reason. */
static enum rv_status take_bids(struct queue *queue, const char *path, bool *taken,
                                struct rv_error *err)
{
    struct rv_bids_studies *studies = NULL;
    enum rv_status status = rv_bids_studies(path, &studies, err);
    bool good = true;
    *taken = status != RV_OK || studies != NULL;
    if (status == RV_NO_MEMORY)
        return no_memory(err);
    if (status != RV_OK)
        good = add(queue, strdup(path), 0);
    for (size_t i = 0; studies != NULL && i < studies->count && good; i++)
        good = add(queue, strdup(studies->items[i].path), studies->items[i].bytes);
    rv_bids_studies_free(studies);
    return good ? RV_OK : no_memory(err);
}

static enum rv_status walk_one(struct queue *queue, struct queue *folders, const char *path,
                               struct rv_error *err)
{
    if (is_study_folder(path))
        return add(queue, strdup(path), size_of_folder(path)) ? RV_OK : no_memory(err);
    bool taken = false;
    enum rv_status status = take_bids(queue, path, &taken, err);
    if (taken)
        return status;
    DIR *folder = opendir(path);
    if (folder == NULL)
        return fail(err, errno == EACCES ? RV_PERMISSION : RV_NO_INPUT, path, strerror(errno));
    bool good = true;
    for (struct dirent *entry; good && (entry = readdir(folder)) != NULL;)
        good = sort_entry(queue, folders, path, entry->d_name);
    closedir(folder);
    return good ? RV_OK : no_memory(err);
}

static enum rv_status walk(struct queue *queue, const char *path, struct rv_error *err)
{
    struct queue folders = {0};
    enum rv_status status = add(&folders, strdup(path), 0) ? RV_OK : no_memory(err);
    while (status == RV_OK && folders.count > 0) {
        char *next = folders.items[--folders.count].path;
        status = walk_one(queue, &folders, next, err);
        free(next);
    }
    queue_free(&folders);
    return status;
}

/* What is named is taken, whatever its ending: what is wrong with it becomes its row. */
static enum rv_status take_operand(struct queue *queue, const char *given, struct rv_error *err)
{
    struct stat facts;
    if (strcmp(given, "-") == 0)
        return fail(err, RV_MISUSE, "-", "a batch reads no study from standard input");
    char *path = strdup(given);
    if (path == NULL)
        return no_memory(err);
    for (size_t end = strlen(path); end > 1 && path[end - 1] == '/'; end--)
        path[end - 1] = '\0';
    bool there = stat(path, &facts) == 0;
    if (there && S_ISDIR(facts.st_mode)) {
        enum rv_status status = walk(queue, path, err);
        free(path);
        return status;
    }
    return add(queue, path, there ? (uint64_t)facts.st_size : 0) ? RV_OK : no_memory(err);
}

/* The remark that queue_write_shards begins a list with; other remarks say nothing. */
static void take_remark(struct queue *queue, const char *line)
{
    struct queue dealt = {0};
    if (sscanf(line, "# ranvier shard %zu of %zu, of %zu inputs, sha256 %64[0-9a-f]", &dealt.shard,
               &dealt.shard_count, &dealt.found, dealt.digest) != 4)
        return;
    queue->shard = dealt.shard;
    queue->shard_count = dealt.shard_count;
    queue->found = dealt.found;
    memcpy(queue->digest, dealt.digest, sizeof queue->digest);
}

/* Empty lines and those that begin with # name nothing. */
static enum rv_status take_line(struct queue *queue, const char *name, char *line, size_t length,
                                struct rv_error *err)
{
    while (length > 0 && (line[length - 1] == '\n' || line[length - 1] == '\r'))
        line[--length] = '\0';
    if (strlen(line) != length)
        return fail(err, RV_DATA, name, "is no list of paths: it holds zero bytes");
    if (line[0] == '#')
        take_remark(queue, line);
    return length > 0 && line[0] != '#' ? take_operand(queue, line, err) : RV_OK;
}

static enum rv_status take_list(struct queue *queue, const char *name, struct rv_error *err)
{
    bool standard = strcmp(name, "-") == 0;
    FILE *list = standard ? stdin : fopen(name, "r");
    if (list == NULL)
        return fail(err, errno == EACCES ? RV_PERMISSION : RV_NO_INPUT, name, strerror(errno));
    char *line = NULL;
    size_t size = 0;
    enum rv_status status = RV_OK;
    for (ssize_t length; status == RV_OK && (length = getline(&line, &size, list)) >= 0;)
        status = take_line(queue, name, line, (size_t)length, err);
    if (status == RV_OK && ferror(list))
        status = fail(err, RV_IO, name, strerror(errno));
    free(line);
    if (!standard)
        fclose(list);
    return status;
}

static int by_path(const void *a, const void *b)
{
    const struct item *left = a, *right = b;
    return strcmp(left->path, right->path);
}

static void settle(struct queue *queue)
{
    struct rv_digest digest;
    size_t kept = 0;
    if (queue->count > 1)
        qsort(queue->items, queue->count, sizeof *queue->items, by_path);
    rv_digest_start(&digest);
    for (size_t i = 0; i < queue->count; i++) {
        if (kept > 0 && strcmp(queue->items[kept - 1].path, queue->items[i].path) == 0) {
            free(queue->items[i].path);
            continue;
        }
        rv_digest_add(&digest, queue->items[i].path, strlen(queue->items[i].path) + 1);
        queue->items[kept++] = queue->items[i];
    }
    queue->count = kept;
    if (queue->shard_count > 0)
        return;
    queue->found = kept;
    rv_digest_end(&digest, queue->digest);
}

enum rv_status queue_find(struct queue *queue, char *const *operands, size_t count,
                          struct rv_error *err)
{
    *queue = (struct queue){0};
    enum rv_status status = RV_OK;
    for (size_t i = 0; i < count && status == RV_OK; i++)
        status = operands[i][0] == '@' ? take_list(queue, operands[i] + 1, err)
                                       : take_operand(queue, operands[i], err);
    if (status == RV_OK && queue->shard_count > 0 && count != 1)
        return fail(err, RV_MISUSE, operands[0], "a list of one shard stands alone");
    if (status == RV_OK)
        settle(queue);
    return status;
}

static int by_size(const void *a, const void *b)
{
    const struct item *const *left = a, *const *right = b;
    if ((*left)->bytes != (*right)->bytes)
        return (*left)->bytes > (*right)->bytes ? -1 : 1;
    return strcmp((*left)->path, (*right)->path);
}

/* shard_of[i], from 0, of each item. Dealt out like cards, largest first, there and back:
 * 1 2 3 3 2 1 1 2 3. */
static bool deal(const struct queue *queue, size_t count, size_t *shard_of)
{
    const struct item **order = malloc((queue->count + 1) * sizeof *order);
    if (order == NULL)
        return false;
    for (size_t i = 0; i < queue->count; i++)
        order[i] = &queue->items[i];
    qsort(order, queue->count, sizeof *order, by_size);
    for (size_t i = 0; i < queue->count; i++) {
        size_t place = i % count;
        shard_of[order[i] - queue->items] = i / count % 2 == 0 ? place : count - 1 - place;
    }
    free(order);
    return true;
}

enum rv_status queue_shard(struct queue *queue, size_t index, size_t count, struct rv_error *err)
{
    char text[80];
    if (queue->shard_count > 0) {
        snprintf(text, sizeof text, "the list is that of shard %zu of %zu", queue->shard,
                 queue->shard_count);
        bool same = queue->shard == index && queue->shard_count == count;
        return same ? RV_OK : fail(err, RV_MISUSE, "--shard", text);
    }
    size_t kept = 0, *shard_of = malloc((queue->count + 1) * sizeof *shard_of);
    if (shard_of == NULL || !deal(queue, count, shard_of)) {
        free(shard_of);
        return no_memory(err);
    }
    for (size_t i = 0; i < queue->count; i++) {
        if (shard_of[i] == index - 1)
            queue->items[kept++] = queue->items[i];
        else
            free(queue->items[i].path);
    }
    queue->count = kept;
    free(shard_of);
    return RV_OK;
}

/* Indexes of the items by shard, each shard's in the order of the paths; first[s] is where shard s
 * begins, first[count] the end. */
static bool sort_by_shard(const struct queue *queue, size_t count, size_t *sorted, size_t *first)
{
    size_t *shard_of = malloc((queue->count + 1) * sizeof *shard_of);
    bool good = shard_of != NULL && deal(queue, count, shard_of);
    for (size_t i = 0; good && i < queue->count; i++)
        first[shard_of[i] + 1]++;
    for (size_t s = 0; good && s < count; s++)
        first[s + 1] += first[s];
    for (size_t i = queue->count; good && i-- > 0;)
        sorted[--first[shard_of[i] + 1]] = i; /* leaves first[s + 1] where shard s begins */
    for (size_t s = 0; good && s < count; s++)
        first[s] = first[s + 1];
    first[count] = queue->count;
    free(shard_of);
    return good;
}

static enum rv_status write_shard(const struct queue *queue, const size_t *sorted, size_t items,
                                  size_t index, size_t count, const char *prefix,
                                  struct rv_error *err)
{
    char name[4200];
    snprintf(name, sizeof name, "%s.%zu", prefix, index);
    FILE *file = fopen(name, "w");
    if (file == NULL)
        return fail(err, RV_NO_OUTPUT, name, strerror(errno));
    fprintf(file, "# ranvier shard %zu of %zu, of %zu inputs, sha256 %s\n", index, count,
            queue->found, queue->digest);
    for (size_t i = 0; i < items; i++) {
        const char *path = queue->items[sorted[i]].path;
        fprintf(file, "%s%s\n", strchr("@#", path[0]) != NULL ? "./" : "", path);
    }
    bool good = fflush(file) == 0 && !ferror(file);
    int number = errno;
    good = fclose(file) == 0 && good;
    return good ? RV_OK : fail(err, RV_IO, name, strerror(number));
}

enum rv_status queue_write_shards(const struct queue *queue, size_t count, const char *prefix,
                                  struct rv_error *err)
{
    size_t *sorted = malloc((queue->count + 1) * sizeof *sorted);
    size_t *first = calloc(count + 1, sizeof *first);
    enum rv_status status = RV_OK;
    if (sorted == NULL || first == NULL || !sort_by_shard(queue, count, sorted, first))
        status = no_memory(err);
    for (size_t s = 0; s < count && status == RV_OK; s++)
        status = write_shard(queue, sorted + first[s], first[s + 1] - first[s], s + 1, count,
                             prefix, err);
    free(sorted);
    free(first);
    return status;
}

void queue_free(struct queue *queue)
{
    for (size_t i = 0; i < queue->count; i++) {
        free(queue->items[i].path);
        free(queue->items[i].known_sha256);
    }
    free(queue->items);
    *queue = (struct queue){0};
}
