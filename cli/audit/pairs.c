/* SPDX-License-Identifier: MIT */
/* Names and values within one value: "user=x", "Bearer x", "password:x". */
#include "pieces.h"

/* What the word before says of its value; long ones by their end. */
static void name_of(struct tel_piece before, struct tel_audit_name *ret_name)
{
    char text[32];
    size_t len = before.len < sizeof(text) ? before.len : sizeof(text) - 1;

    memcpy(text, before.at + before.len - len, len);
    text[len] = '\0';
    tel_audit_name(text, ret_name);
}

/* "-u alice:secret", "Bearer ...", "Basic ...": no sign stands between. */
static bool is_secret_after(struct tel_piece before, struct tel_piece word)
{
    size_t colon = piece_byte(word, ':', 0);

    if (piece_is(before, "-u") || piece_is(before, "--user"))
        return colon > 0 && colon + 3 < word.len && word.at[colon + 1] != '/' &&
               word.at[colon + 1] != '\\';
    return (piece_is(before, "bearer") && word.len > 15) ||
           (piece_is(before, "basic") && tel_audit_basic(word));
}

/* "password:x" in one word. */
struct tel_trait tel_audit_inside(struct tel_piece word, struct tel_trait looks)
{
    size_t colon = piece_byte(word, ':', 0);
    struct tel_audit_name name;
    struct tel_piece value;

    if (colon < 3 || colon + 3 >= word.len || word.at[colon + 1] == '/' ||
        word.at[colon + 1] == ':')
        return looks;
    name_of(piece(word.at, colon), &name);
    value = piece_from(word, colon + 1);
    if (name.says != TEL_AUDIT_TOKEN || !name.strong ||
        tel_audit_is_trivial(value))
        return looks;
    return tel_audit_by_name(value, looks, &name);
}

/* "user=x", "--token x", "Bearer x": the word before is a name. */
struct tel_trait tel_audit_pair(struct tel_piece before, struct tel_piece word,
                                struct tel_trait looks)
{
    struct tel_audit_name name;
    char between = before.at[before.len];
    bool option = piece_begins(before, "--");

    if (looks.kind != TEL_AUDIT_TOKEN)
        looks = tel_audit_inside(word, looks);
    if (before.len == 0 || tel_audit_is_trivial(word))
        return looks;
    if (is_secret_after(before, word))
        return (struct tel_trait){TEL_AUDIT_TOKEN, word, false};
    if (between != '=' && between != ':' && !option)
        return looks;
    name_of(before, &name);
    if (between != '=' && name.says != TEL_AUDIT_TOKEN)
        return looks;
    return tel_audit_by_name(word, looks, &name);
}

/* ".netrc" and its like: "login bob password secret". */
bool tel_audit_login(struct tel_piece value)
{
    return piece_has(value, " login ") && piece_has(value, " password ");
}
