/* SPDX-License-Identifier: GPL-3.0-or-later
 * A Slurm job array of shards and the job that collects them: two scripts, and sbatch to take them.
 */
#include "batch/batch.h"
#include "batch/queue.h"
#include "batch/words.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

enum { PATH_SIZE = 4096, JOB_SIZE = 64, WORDS_MOST = 60 };

static enum rv_status fail(struct rv_error *err, enum rv_status status, const char *subject,
                           const char *problem)
{
    snprintf(err->text, sizeof err->text, "%.400s: %.300s", subject, problem);
    return err->status = status;
}

/* In single quotes for sh; a quote itself becomes '\''. */
static void quote(FILE *out, const char *text)
{
    fputc('\'', out);
    for (const char *c = text; *c != '\0'; c++)
        fputs(*c == '\'' ? "'\\''" : (char[]){*c, '\0'}, out);
    fputc('\'', out);
}

/* The program by its own path, so that nodes run this one and no other. */
static void program_path(char path[PATH_SIZE])
{
    ssize_t length = readlink("/proc/self/exe", path, PATH_SIZE - 1);
    snprintf(path + (length > 0 ? length : 0), PATH_SIZE - (size_t)(length > 0 ? length : 0), "%s",
             length > 0 ? "" : "ranvier");
}

static void write_head(FILE *out, const struct slurm_options *options, const char *name,
                       const char *log)
{
    fprintf(out, "#!/bin/sh\n#SBATCH --job-name=%s\n#SBATCH --output=", name);
    fprintf(out, "\"%s.slurm/%s\"\n#SBATCH --open-mode=append\n", options->output, log);
}

static void write_array(FILE *out, const struct slurm_options *options)
{
    char program[PATH_SIZE];
    program_path(program);
    write_head(out, options, "ranvier", "task-%a.log");
    fprintf(out, "#SBATCH --array=1-%zu\n#SBATCH --requeue\n", options->tasks);
    fputs("# TERM (scancel, time limit) is passed on; what is done by then stays done.\n", out);
    quote(out, program);
    fputs(" batch ", out);
    char list[PATH_SIZE];
    snprintf(list, sizeof list, "@%s.slurm/list.", options->output);
    quote(out, list);
    fprintf(out,
            "\"$SLURM_ARRAY_TASK_ID\" --shard \"$SLURM_ARRAY_TASK_ID/%zu\" --resume \\\n"
            "    --scratch \"${TMPDIR:-/tmp}\" --out ",
            options->tasks);
    quote(out, options->output);
    fputs(".slurm/shard.\"$SLURM_ARRAY_TASK_ID\".sqlite --jobs \"${SLURM_CPUS_PER_TASK:-1}\"", out);
    for (size_t i = 0; i < options->argument_count; i++) {
        fputc(' ', out);
        quote(out, options->arguments[i]);
    }
    fputs(" &\nchild=$!\ntrap 'kill -TERM $child' TERM\nwait $child\nstatus=$?\n"
          "if [ $status -gt 128 ]; then wait $child; status=$?; fi\n"
          "if [ $status = 75 ] && [ \"${SLURM_RESTART_COUNT:-0}\" -lt 3 ]; then\n"
          "    scontrol requeue \"${SLURM_ARRAY_JOB_ID}_${SLURM_ARRAY_TASK_ID}\"\nfi\n"
          "exit $status\n",
          out);
}

static void write_collect(FILE *out, const struct slurm_options *options)
{
    char program[PATH_SIZE];
    program_path(program);
    write_head(out, options, "ranvier-collect", "collect.log");
    fputs("exec ", out);
    quote(out, program);
    fputs(" collect --jobs \"${SLURM_CPUS_PER_TASK:-1}\" ", out);
    quote(out, options->output);
    fputc(' ', out);
    quote(out, options->output);
    fputs(".slurm/shard.*.sqlite\n", out);
}

static enum rv_status close_checked(FILE *file, const char *path, struct rv_error *err)
{
    bool good = !ferror(file) && fflush(file) == 0;
    int number = errno;
    good = fclose(file) == 0 && good;
    return good ? RV_OK : fail(err, RV_IO, path, strerror(number));
}

static enum rv_status write_script(const char *path, const struct slurm_options *options,
                                   void (*write)(FILE *, const struct slurm_options *),
                                   struct rv_error *err)
{
    FILE *file = fopen(path, "w");
    if (file == NULL)
        return fail(err, RV_NO_OUTPUT, path, strerror(errno));
    write(file, options);
    return close_checked(file, path, err);
}

/* The words of --sbatch. `text` holds them, to be freed. */
static enum rv_status sbatch_words(const struct slurm_options *options, char **text, char **words,
                                   size_t *count, struct rv_error *err)
{
    *count = 0;
    *text = strdup(options->sbatch != NULL ? options->sbatch : "");
    if (*text == NULL)
        return fail(err, RV_NO_MEMORY, "sbatch", "out of memory");
    struct rv_error cause = {.status = RV_OK};
    if (words_cut(*text, words, WORDS_MOST, count, &cause) == RV_OK)
        return RV_OK;
    return fail(err, RV_MISUSE, "--sbatch", cause.text);
}

/* Runs a program and takes the first line that it prints. False where it did not end well. */
static bool run_program(char *const *words, char line[JOB_SIZE])
{
    int out[2], how = 0;
    line[0] = '\0';
    if (pipe(out) != 0)
        return false;
    fflush(NULL);
    pid_t child = fork();
    if (child == 0) {
        dup2(out[1], STDOUT_FILENO);
        close(out[0]);
        close(out[1]);
        execvp(words[0], words);
        _exit(127);
    }
    close(out[1]);
    ssize_t length = read(out[0], line, JOB_SIZE - 1);
    line[length > 0 ? length : 0] = '\0';
    close(out[0]);
    while (child > 0 && waitpid(child, &how, 0) < 0 && errno == EINTR)
        continue;
    return child > 0 && WIFEXITED(how) && WEXITSTATUS(how) == 0;
}

/* Runs sbatch; `job` takes the number that it prints. */
static enum rv_status submit(const struct slurm_options *options, const char *dependency,
                             char *script, char job[JOB_SIZE], struct rv_error *err)
{
    static char program[] = "sbatch", plain[] = "--parsable";
    char *words[WORDS_MOST + 6] = {program, plain};
    char depend[JOB_SIZE + 40], *more = NULL;
    size_t count = 0;
    enum rv_status status = sbatch_words(options, &more, words + 2, &count, err);
    if (status != RV_OK) {
        free(more);
        return status;
    }
    count += 2;
    if (dependency != NULL) {
        snprintf(depend, sizeof depend, "--dependency=afterany:%s", dependency);
        words[count++] = depend;
    }
    words[count] = script;
    bool good = run_program(words, job);
    job[strcspn(job, "\n;")] = '\0';
    free(more);
    return good && job[0] != '\0'
               ? RV_OK
               : fail(err, RV_TRY_AGAIN, script, "sbatch is not there or did not take it");
}

static void print_call(char *const *words, size_t count, const char *dependency, const char *output,
                       const char *script)
{
    printf("sbatch --parsable");
    for (size_t i = 0; i < count; i++) {
        putchar(' ');
        quote(stdout, words[i]);
    }
    printf("%s ", dependency);
    quote(stdout, output);
    printf(".slurm/%s\n", script);
}

static enum rv_status print_dry(const struct slurm_options *options, size_t studies,
                                struct rv_error *err)
{
    char *words[WORDS_MOST], *more = NULL;
    size_t count = 0;
    enum rv_status status = sbatch_words(options, &more, words, &count, err);
    if (status == RV_OK) {
        printf("# %s.slurm/list.1 to list.%zu: %zu inputs\n# %s.slurm/array.sh\n", options->output,
               options->tasks, studies, options->output);
        write_array(stdout, options);
        printf("\n# %s.slurm/collect.sh\n", options->output);
        write_collect(stdout, options);
        printf("\n# then\n");
        print_call(words, count, "", options->output, "array.sh");
        print_call(words, count, " --dependency=afterany:JOB", options->output, "collect.sh");
    }
    free(more);
    return status;
}

static enum rv_status write_and_submit(const struct slurm_options *options,
                                       const struct queue *queue, struct rv_error *err)
{
    char folder[PATH_SIZE], list[PATH_SIZE + 16], array[PATH_SIZE + 16], collect[PATH_SIZE + 16];
    char job[JOB_SIZE], collector[JOB_SIZE];
    snprintf(folder, sizeof folder, "%s.slurm", options->output);
    snprintf(list, sizeof list, "%s/list", folder);
    snprintf(array, sizeof array, "%s/array.sh", folder);
    snprintf(collect, sizeof collect, "%s/collect.sh", folder);
    if (mkdir(folder, 0700) != 0)
        return fail(err, RV_NO_OUTPUT, folder, strerror(errno));
    enum rv_status status = queue_write_shards(queue, options->tasks, list, err);
    if (status == RV_OK)
        status = write_script(array, options, write_array, err);
    if (status == RV_OK)
        status = write_script(collect, options, write_collect, err);
    if (status == RV_OK)
        status = submit(options, NULL, array, job, err);
    if (status == RV_OK)
        status = submit(options, job, collect, collector, err);
    if (status == RV_OK)
        printf("array %s of %zu tasks, collected by job %s into %s\n", job, options->tasks,
               collector, options->output);
    return status;
}

static enum rv_status check_slurm(const struct slurm_options *options, struct rv_error *err)
{
    if (strpbrk(options->output, "\n\"\\%") != NULL || strlen(options->output) > PATH_SIZE - 64)
        return fail(err, RV_MISUSE, options->output,
                    "Slurm takes no such name: no quotes, percent signs, backslashes, line ends");
    if (options->sbatch != NULL && strchr(options->sbatch, '\n') != NULL)
        return fail(err, RV_MISUSE, "--sbatch", "options stand on one line");
    if (access(options->output, F_OK) == 0)
        return fail(err, RV_NO_OUTPUT, options->output, "exists");
    char *words[WORDS_MOST], *text = NULL;
    size_t count = 0;
    enum rv_status status = sbatch_words(options, &text, words, &count, err);
    free(text);
    return status;
}

enum rv_status batch_slurm(const struct slurm_options *options, char *const *operands, size_t count,
                           struct rv_error *err)
{
    struct queue queue = {0};
    enum rv_status status = check_slurm(options, err);
    if (status == RV_OK)
        status = queue_find(&queue, operands, count, err);
    for (size_t i = 0; i < queue.count && status == RV_OK; i++)
        if (strchr(queue.items[i].path, '\n') != NULL)
            status = fail(err, RV_DATA, "the list", "a path with a line end cannot stand in it");
    if (status == RV_OK && options->dry_run)
        status = print_dry(options, queue.count, err);
    else if (status == RV_OK)
        status = write_and_submit(options, &queue, err);
    if (status == RV_OK && fflush(stdout) != 0)
        status = fail(err, RV_IO, "standard output", strerror(errno));
    queue_free(&queue);
    return status;
}
