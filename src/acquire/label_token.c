/* SPDX-License-Identifier: GPL-3.0-or-later
 * Free text of an EMG machine cut into words and numbers.
 */
#include "acquire/label_token.h"

#include "base/text.h"

#include <string.h>

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* Sequences of UTF-8 that stand for something simpler; never longer than what they replace. */
static const struct {
    const char *from, *to;
} replaced[] = {
    {"\xC2\xB5", "u"},     {"\xCE\xBC", "u"},      /* micro sign, Greek mu */
    {"\xC3\x97", "* "},    {"\xC2\xB1", "~ "},     /* times, plus-minus */
    {"\xC2\xB0", " "},     {"\xE2\x84\x83", " C"}, /* degrees */
    {"\xC2\xA0", " "},     {"\xE2\x80\xAF", " "},  /* blanks that do not break */
    {"\xE2\x80\x90", "-"}, {"\xE2\x80\x91", "-"},  {"\xE2\x80\x92", "-"}, {"\xE2\x80\x93", "-"},
    {"\xE2\x80\x94", "-"}, {"\xE2\x88\x92", "-"},  {"\xE2\x80\x99", ""},  {"'", ""},
};

static size_t simplify(const char *text, char *out)
{
    size_t written = 0;
    while (*text != '\0') {
        size_t i = 0, count = sizeof replaced / sizeof *replaced;
        while (i < count && !rv_text_starts(text, replaced[i].from))
            i++;
        if (i == count) {
            out[written++] = *text++;
            continue;
        }
        size_t length = strlen(replaced[i].to);
        memcpy(out + written, replaced[i].to, length);
        written += length;
        text += strlen(replaced[i].from);
    }
    out[written] = '\0';
    return written;
}

static bool is_separator(char c)
{
    return (unsigned char)c <= ' ' || c == 0x7F || strchr("_,;:/()[]{}-+=@|\"*~\\<>!?&", c) != NULL;
}

/* A comma between digits is a decimal comma where one or two digits follow it ("6,5 cm"); with
 * three it could be a thousands separator, and the word is then no number at all. */
static bool is_decimal_comma(const char *text, size_t length, size_t at)
{
    if (at == 0 || text[at] != ',' || !is_digit(text[at - 1]))
        return false;
    size_t digits = 0;
    while (at + 1 + digits < length && is_digit(text[at + 1 + digits]))
        digits++;
    return digits == 1 || digits == 2;
}

/* Does the character at `at` part words? Points within numbers do not, nor do doubtful commas. */
static bool parts(const char *text, size_t length, size_t at)
{
    bool after_digit = at > 0 && is_digit(text[at - 1]);
    bool before_digit = at + 1 < length && is_digit(text[at + 1]);
    if (text[at] == '.')
        return !(before_digit && (after_digit || at == 0 || is_separator(text[at - 1])));
    if (text[at] == ',')
        return !(after_digit && before_digit);
    return is_separator(text[at]);
}

/* Passes the separators at `at`; the strongest of them comes back in *before. */
static size_t pass_gap(const char *text, size_t length, size_t at, char *before)
{
    *before = at == 0 ? '\0' : ' ';
    for (; at < length && parts(text, length, at); at++)
        if (strchr(" _.", text[at]) == NULL && (unsigned char)text[at] > ' ')
            *before = text[at];
    return at;
}

/* Passes a word, making its decimal comma a point. */
static size_t pass_word(char *text, size_t length, size_t at)
{
    for (; at < length && !parts(text, length, at); at++)
        if (is_decimal_comma(text, length, at))
            text[at] = '.';
    return at;
}

bool rv_label_cut(const char *text, char *storage, struct rv_label_tokens *tokens)
{
    size_t length = simplify(text, storage);
    tokens->count = 0;
    for (size_t at = 0; at < length;) {
        char before;
        size_t gap = at, start = pass_gap(storage, length, at, &before);
        at = pass_word(storage, length, start);
        if (start == at)
            break;
        if (tokens->count == RV_LABEL_TOKENS)
            return false;
        bool dash = start > gap && storage[start - 1] == '-';
        tokens->items[tokens->count++] =
            (struct rv_label_token){.text = storage + start,
                                    .length = at - start,
                                    .before = before,
                                    .minus = dash && (gap == 0 || start - gap > 1)};
    }
    return true;
}

void rv_label_give_back(struct rv_label_tokens *tokens, enum rv_label_class what)
{
    for (size_t i = 0; i < tokens->count; i++)
        if (tokens->items[i].what == what)
            tokens->items[i].used = false;
}

size_t rv_label_number(const struct rv_label_token *token, double *number)
{
    size_t length = 0, points = 0;
    while (length < token->length &&
           (is_digit(token->text[length]) || (token->text[length] == '.' && points == 0)))
        points += token->text[length++] == '.' ? 1 : 0;
    bool doubtful = length < token->length && strchr(",.", token->text[length]) != NULL;
    return !doubtful && length > 0 && rv_number_read(token->text, length, number) ? length : 0;
}

bool rv_label_is(const struct rv_label_token *token, const char *word)
{
    if (strlen(word) != token->length)
        return false;
    for (size_t i = 0; i < token->length; i++) {
        char c = token->text[i];
        if ((c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c) != word[i])
            return false;
    }
    return true;
}

bool rv_label_in(const struct rv_label_token *token, const char *const *words)
{
    for (; *words != NULL; words++)
        if (rv_label_is(token, *words))
            return true;
    return false;
}
