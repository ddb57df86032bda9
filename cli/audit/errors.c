/* SPDX-License-Identifier: MIT */
/*
 * Messages of errors, in the languages that systems speak most, by words
 * that are typical of them. Their first letters are left off where they may
 * be capitals that are not ASCII.
 */
#include "pieces.h"

/* "cannot open x", "Error: ...": of a message, not of a status. */
static const char *const marks[] = {
    "error:",
    "exception:",
    "exception in",
    "traceback (",
    "fatal:",
    "panic:",
    "segmentation fault",
    "segfault",
    "no such file",
    "permission denied",
    "access denied",
    "cannot ",
    "can't ",
    "could not ",
    "couldn't ",
    "failed to ",
    "unable to ",
    "is not a function",
    "undefined is not",
    "null pointer",
    "stack trace",
    "core dumped",
    "connection refused",
    "connection reset",
    "timed out",
    "assertion",
    "unhandled",
    "uncaught",
    "syntax error",
    "unexpected token",
    "out of memory",
    "broken pipe",
    "nullpointer",
    "nonetype",
    "keyerror",
    "valueerror",
    "typeerror",
    "not permitted",
    "not a directory",
    "unexpected end",
    "index out of",
    "stack overflow",
    "error at ",
    "exited with",
    "err!",
    "nil pointer",
    "panicked at",
    "abnormally",
    "no space left",
    "undefined reference",
    "unresolved import",
    "is not defined",
    "has no attribute",
    "not recognized",
    "does not exist",
    "doesn't exist",
    "error while",
    "error in ",
    "failed with",
    "failed at",
    "bad gateway",
    "bus error",
    "illegal instruction",
    "deadlock",
    "host unreachable",
    "no route to host",
    "object reference not set",
    "division by zero",
    "invalid argument",
    "was not found",
    "goroutine ",
    "access violation",
    /* German, Dutch */
    "verweigert",
    "fehlgeschlagen",
    "nicht gefunden",
    "konnte nicht",
    "konnten nicht",
    "kann nicht",
    "nicht möglich",
    "nicht zulässig",
    "nicht unterstützt",
    "fehler:",
    "fehler beim",
    "ist ein fehler",
    "ungültig",
    "unerwartete",
    "abgestürzt",
    "zeitüberschreitung",
    "existiert nicht",
    "fout:",
    "kan niet",
    "kon niet",
    "kan het ",
    "mislukt",
    "geweigerd",
    "niet gevonden",
    "is een fout",
    /* French */
    "erreur",
    "impossible d",
    "introuvable",
    "chec de ",
    "chec du ",
    "chec lors",
    "refusé",
    "n'existe pas",
    "n'a pas pu",
    "n'est pas valide",
    "délai dépassé",
    "délai d'attente",
    "inattendu",
    /* Spanish, Portuguese, Italian */
    "error al ",
    "error de ",
    "no se pud",
    "no se puede",
    "no se encontr",
    "no se ha pod",
    "denegad",
    "fallo al ",
    "fallo en ",
    "no existe",
    "no válid",
    "tiempo de espera",
    "não foi poss",
    "não pôde",
    "erro ao ",
    "erro:",
    "erro de ",
    "erro na ",
    "falha ao ",
    "falha na ",
    "falhou",
    "acesso negado",
    "não encontrad",
    "não existe",
    "inválid",
    "inesperad",
    "impossibile",
    "errore",
    "non trovat",
    "negato",
    "non riuscit",
    "non valid",
    "non è stato possibile",
    "non esiste",
    "non è possibile",
    /* Scandinavian, Finnish */
    "kunde inte",
    "kan inte ",
    "misslyckades",
    "hittades inte",
    "nekad",
    "kunne ikke",
    "kan ikke ",
    "mislykkedes",
    "mislyktes",
    "fejl:",
    "feil:",
    "fel:",
    "virhe",
    "ei voi",
    "epäonnistui",
    /* Polish, Czech, Hungarian, Turkish, Indonesian, Vietnamese */
    "łąd ",
    "łąd ",
    "nie można",
    "nie udało",
    "odmowa",
    "nie znaleziono",
    "chyba",
    "nelze",
    "nepodařilo",
    "hiba:",
    "nem található",
    "nem sikerült",
    "hatası",
    " hata ",
    "hata:",
    "bulunamadı",
    "başarısız",
    "reddedildi",
    "kesalahan",
    "tidak dapat",
    "gagal ",
    "không thể",
    "lỗi",
    /* Russian, Ukrainian, Arabic, Hindi */
    "шибка",
    "е удалось",
    "е найден",
    "тказано",
    "евозможно",
    "сключение",
    "евозможн",
    "е вдалося",
    "омилка",
    "е знайдено",
    "خطأ",
    "فشل",
    "تعذر",
    "त्रुटि",
    "विफल",
};

/* Chinese, Japanese, Korean: there may be no blank in the whole message. */
static const char *const east_asian_marks[] = {
    "エラー",         "失敗しました", "例外",       "できません", "ありません",
    "見つかりません", "無効",         "拒否",       "错误",       "錯誤",
    "失败",           "失敗",         "异常",       "無法",       "无法",
    "不能",           "找不到",       "未找到",     "拒绝",       "超时",
    "逾時",           "不存在",       "无效",       "崩溃",       "오류",
    "실패",           "없습니다",     "못했습니다", "거부",       "잘못된",
};

/* A status, "失败", is shorter. */
#define EAST_ASIAN_LEAST 18

static size_t count_words(struct tel_piece value)
{
    size_t count = 0;

    for (size_t i = 0; i < value.len; i++)
        count +=
            !is_blank(value.at[i]) && (i == 0 || is_blank(value.at[i - 1]));
    return count;
}

/* Which pairs of bytes a text has: most marks need not be searched for. */
struct pairs {
    unsigned char bits[1024];
};

static unsigned pair_of(const char *at)
{
    return ((unsigned char)lower(at[0]) * 33U ^ (unsigned char)lower(at[1])) %
           8192;
}

static void find_pairs(struct tel_piece value, struct pairs *ret_pairs)
{
    memset(ret_pairs, 0, sizeof(*ret_pairs));
    for (size_t i = 0; i + 1 < value.len; i++) {
        unsigned pair = pair_of(value.at + i);

        ret_pairs->bits[pair / 8] |= (unsigned char)(1U << pair % 8);
    }
}

static bool has_pair(const struct pairs *pairs, const char *at)
{
    unsigned pair = pair_of(at);

    return (pairs->bits[pair / 8] >> pair % 8 & 1) != 0;
}

/* Each mark has more than three bytes. */
static bool has_one(struct tel_piece value, const char *const list[],
                    size_t count)
{
    struct pairs pairs;

    find_pairs(value, &pairs);
    for (size_t i = 0; i < count; i++) {
        if (has_pair(&pairs, list[i]) && has_pair(&pairs, list[i] + 2) &&
            piece_has(value, list[i]))
            return true;
    }
    return false;
}

static bool is_east_asian(struct tel_piece value)
{
    for (size_t i = 0; i < value.len; i++) {
        if ((unsigned char)value.at[i] >= 0xe3)
            return true;
    }
    return false;
}

/* "at run (a.js:1:2) at next (b.js:3:4)" */
static bool is_stack(struct tel_piece value)
{
    unsigned frames = 0;

    for (size_t i = piece_byte(value, ')', 0); i < value.len && frames < 2;
         i = piece_byte(value, ')', i + 1)) {
        size_t at = i;

        while (at > 0 && is_digit(value.at[at - 1]))
            at--;
        frames += at < i && at > 0 && value.at[at - 1] == ':';
    }
    return frames == 2;
}

bool tel_audit_error(struct tel_piece value)
{
    size_t words = count_words(value);

    if (value.len >= EAST_ASIAN_LEAST && is_east_asian(value) &&
        has_one(value, east_asian_marks,
                sizeof(east_asian_marks) / sizeof(east_asian_marks[0])))
        return true;
    if (words < 2 || (words == 2 && piece_byte(value, ':', 0) == value.len))
        return false;
    return is_stack(value) ||
           has_one(value, marks, sizeof(marks) / sizeof(marks[0]));
}
