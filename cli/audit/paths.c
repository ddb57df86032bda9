/* SPDX-License-Identifier: MIT */
/* Paths of files: in somebody's home, and others. */
#include "pieces.h"

/* Where home folders are, before "/home/": "/var/home/x". */
static const char roots[] = "/var /export /usr /mnt /data /host /system /srv";
static const char top_folders[] =
    "bin boot dev etc lib lib32 lib64 media mnt nix opt private proc run sbin "
    "snap srv sys tmp usr var Applications Library System Volumes cygdrive";
static const char user_folders[] =
    "src Documents Desktop Downloads Pictures Music Videos Projects workspace";
/* Of programs' interfaces, not of files. */
static const char interfaces[] =
    "api rest graphql oauth oauth2 health healthz metrics status rpc events "
    "collect track ingest t e v v1 v2 v3 v4";
static const char mime_types[] = "application audio font image message model "
                                 "multipart text video chemical x-world";
static const char regions[] =
    "Africa America Antarctica Arctic Asia Atlantic Australia Europe Indian "
    "Pacific Etc US Canada Brazil Chile Mexico linux darwin windows freebsd";
/* Files that people make; those that tools prescribe are no finding. */
static const char document_ends[] =
    "doc docx xls xlsx ppt pptx odt ods odp pdf rtf csv tsv txt tex bib jpg "
    "jpeg png gif heic mp3 mp4 mov wav zip rar 7z sql sqlite pem p12 pfx kdbx "
    "ipynb bak eml vcf ics pst psd ovpn "
    /* of offices */
    "docm dotx xlsm xlsb xltx pptm ppsx vsdx accdb mdb odb odg pages numbers "
    "keynote epub mobi azw3 djvu msg mbox pub one md rst "
    /* of pictures, sounds, films */
    "tif tiff webp bmp heif raw cr2 cr3 nef arw dng orf xcf kra psb indd idml "
    "afdesign afphoto afpub sketch fig xd blend fbx c4d ma mb 3ds mkv avi webm "
    "m4v wmv flac ogg opus m4a aac wma aiff aup3 logicx als flp prproj aep "
    "drp veg kdenlive mscz gp5 srt "
    /* of makers, scientists, keepers of keys */
    "dwg dxf dwf skp stl 3mf step stp iges igs ipt iam sldprt sldasm f3d fcstd "
    "scad gcode 3dm rvt ifc kicad_pcb gpx kml kmz geojson shp sav dta rds "
    "rdata "
    "parquet feather por nb fits kdb ppk keychain wallet gpg pgp asc jks "
    "vmdk qcow2 vhdx ged torrent";
static const char tools_files[] =
    "requirements.txt cmakelists.txt robots.txt license.txt readme.txt "
    "changelog.txt constraints.txt manifest.txt readme.md license.md "
    "changelog.md contributing.md security.md code_of_conduct.md readme.rst "
    "changelog.rst agents.md";

static bool is_name(char c)
{
    return is_alnum(c) || c == '_' || c == '-' || c == '.' ||
           (unsigned char)c >= 0x80;
}

static bool is_slash(char c)
{
    return c == '/' || c == '\\';
}

static struct tel_trait trait(enum tel_audit_kind kind, struct tel_piece part)
{
    return (struct tel_trait){.kind = kind, .part = part};
}

/* Whether a path can begin at i: nothing of a name stands before it. */
static bool begins_at(struct tel_piece word, size_t i)
{
    return i == 0 || !(is_name(word.at[i - 1]) || is_slash(word.at[i - 1]));
}

/* One slash, or a backslash that somebody wrote twice; 0 where none is. */
static size_t slash_len(struct tel_piece word, size_t i)
{
    if (!is_slash(byte_at(word, i)))
        return 0;
    return word.at[i] == '\\' && byte_at(word, i + 1) == '\\' ? 2 : 1;
}

/* The length of a person's name at i; others are everybody's. */
static size_t person_len(struct tel_piece word, size_t i)
{
    struct tel_piece name = piece(word.at + i, piece_run(word, i, is_name));
    unsigned char first = (unsigned char)byte_at(name, 0);

    if (!is_alnum((char)first) && first != '_' && first < 0x80)
        return 0;
    return piece_in(name, "Shared Public Default All") ? 0 : name.len;
}

/* The end of the home's name where a home folder's path is at i, or 0. */
static size_t home_end(struct tel_piece word, size_t i)
{
    size_t at = i + slash_len(word, i);
    struct tel_piece parent = piece(word.at + at, piece_run(word, at, is_name));
    size_t person;

    if (piece_is(parent, "root") && word.at[i] == '/' && begins_at(word, i))
        return at + parent.len;
    /* In small letters, "users" is rather a web server's. */
    if (!piece_is(parent, "home") &&
        !(piece_is(parent, "users") &&
          (is_upper(parent.at[0]) || word.at[i] == '\\' ||
           byte_at(word, i - 1) == ':')))
        return 0;
    at += parent.len;
    if (slash_len(word, at) == 0)
        return 0;
    at += slash_len(word, at);
    person = person_len(word, at);
    return person > 0 ? at + person : 0;
}

/* Whether what stands before "/home/" at i can be before a home folder. */
static bool is_home_root(struct tel_piece word, size_t i)
{
    size_t start = i;

    while (start > 0 && i - start < 32 &&
           (is_name(word.at[start - 1]) || is_slash(word.at[start - 1])))
        start--;
    if (start == i || piece_in(piece(word.at + start, i - start), roots))
        return true;
    /* "C:\Users", "/c/Users", "/mnt/c/Users", "/run/media/..." */
    return i - start == 2 || piece_begins(piece_from(word, start), "/mnt/");
}

static bool is_tilde_home(struct tel_piece word, size_t i, size_t *ret_end)
{
    size_t n = piece_run(word, i + 1, is_name);

    if (!begins_at(word, i) || (n > 0 && !is_alpha(word.at[i + 1])))
        return false;
    *ret_end = i + 1 + n;
    if (byte_at(word, *ret_end) == '/')
        return true;
    return i == 0 && n > 1 && *ret_end == word.len;
}

static bool is_home_variable(struct tel_piece p)
{
    return (p.at[0] == '%' && piece_begins(p, "%USERPROFILE%")) ||
           (p.at[0] == '$' &&
            (piece_begins(p, "$HOME/") || piece_begins(p, "${HOME}/")));
}

static struct tel_trait find_home(struct tel_piece word)
{
    for (size_t i = 0; i < word.len; i++) {
        size_t end = 0;

        if (is_slash(word.at[i])) {
            end = home_end(word, i);
            if (end > 0 && !is_home_root(word, i))
                end = 0;
        } else if (is_home_variable(piece_from(word, i))) {
            end = i + 1;
        } else if (word.at[i] == '~' && !is_tilde_home(word, i, &end)) {
            end = 0;
        }
        if (end > 0)
            return trait(TEL_AUDIT_HOME, piece_from(word, i));
    }
    return trait(TEL_AUDIT_NONE, word);
}

/* "main.c": letters after the last dot, and something before it. */
static bool has_extension(struct tel_piece name)
{
    size_t dot = name.len;
    size_t letters = 0;

    while (dot > 0 && name.at[dot - 1] != '.') {
        dot--;
        if (is_alpha(name.at[dot]))
            letters++;
        else if (!is_digit(name.at[dot]))
            return false;
    }
    return dot > 1 && letters > 0 && name.len - dot <= 5 &&
           is_alpha(name.at[dot]);
}

static struct tel_piece segment(struct tel_piece word, size_t *at)
{
    size_t start = *at;

    while (*at < word.len && !is_slash(word.at[*at]))
        (*at)++;
    return piece(word.at + start, *at - start);
}

static bool is_absolute(struct tel_piece word)
{
    struct tel_piece first;
    size_t at = 1;

    if (word.at[0] != '/' || !is_name(byte_at(word, 1)))
        return false;
    first = segment(word, &at);
    if (piece_in(first, top_folders))
        return true;
    if (piece_in(first, interfaces))
        return false;
    return (at + 1 < word.len && is_name(word.at[at + 1])) ||
           has_extension(first);
}

static bool is_drive(struct tel_piece word)
{
    return word.len > 3 && is_alpha(word.at[0]) && word.at[1] == ':' &&
           is_slash(word.at[2]) && word.at[3] != '/';
}

static bool is_share(struct tel_piece word)
{
    size_t server;

    if (!piece_begins(word, "\\\\"))
        return false;
    server = piece_run(word, 2, is_name);
    return server > 0 && byte_at(word, 2 + server) == '\\';
}

static bool begins_relative(struct tel_piece word)
{
    return piece_begins(word, "./") || piece_begins(word, "../") ||
           piece_begins(word, ".\\") || piece_begins(word, "..\\") ||
           piece_begins(word, "%APPDATA%") ||
           (word.at[0] == '.' && is_alpha(byte_at(word, 1)) &&
            piece_byte(word, '/', 0) < word.len);
}

static bool is_relative(struct tel_piece word)
{
    struct tel_piece last = {NULL, 0};
    struct tel_piece first;
    size_t segments = 1;
    size_t at = 0;

    if (!is_alnum(word.at[0]) && word.at[0] != '_')
        return false;
    first = segment(word, &at);
    if (at == word.len || piece_in(first, mime_types) ||
        piece_in(first, regions) || piece_in(first, "GNU git refs origin") ||
        piece_byte(first, '.', 0) < first.len)
        return false;
    while (at < word.len) {
        at++;
        last = segment(word, &at);
        if (last.len == 0)
            return false;
        segments++;
    }
    return has_extension(last) || segments > 3 || piece_in(first, user_folders);
}

/* "CORP\alice" */
static bool is_account(struct tel_piece word)
{
    size_t domain = piece_run(word, 0, is_name);
    size_t slash = domain;

    while (byte_at(word, slash) == '\\')
        slash++;
    return domain > 1 && slash > domain && slash <= domain + 2 &&
           is_upper(word.at[0]) && is_upper(word.at[1]) && slash < word.len &&
           slash + piece_run(word, slash, is_name) == word.len &&
           !has_extension(word);
}

/* "System.Numbers", "Layout.pages": parts of a program, unless it is sure. */
static bool is_member(struct tel_piece word, size_t dot)
{
    struct tel_piece end = piece_from(word, dot);
    struct tel_piece start = piece(word.at, dot - 1);

    if (!piece_in(end, "pages numbers fits one pub raw sketch step wallet por "
                       "fig shp asc md ma mb gp5 keynote opus"))
        return false;
    /* A file's name has what a program's has not. */
    return piece_run(start, 0, is_alpha) == start.len;
}

static bool is_document(struct tel_piece word)
{
    size_t dot = word.len;

    while (dot > 0 && word.at[dot - 1] != '.') {
        if (!is_alnum(word.at[dot - 1]) && word.at[dot - 1] != '_')
            return false;
        dot--;
    }
    return dot > 2 && !is_member(word, dot) &&
           piece_in(piece_from(word, dot), document_ends) &&
           piece_run(word, 0, is_name) == word.len &&
           !piece_in(word, tools_files);
}

struct tel_trait tel_audit_path(struct tel_piece word)
{
    struct tel_trait home;

    if (piece_byte(word, '/', 0) == word.len &&
        piece_byte(word, '\\', 0) == word.len &&
        piece_byte(word, '~', 0) == word.len)
        return trait(is_document(word) ? TEL_AUDIT_PATH : TEL_AUDIT_NONE, word);
    home = find_home(word);
    if (home.kind != TEL_AUDIT_NONE)
        return home;
    if (is_account(word))
        return trait(TEL_AUDIT_USER, word);
    /* Lists of paths, and "file:line", have colons. */
    for (size_t i = 0, tries = 8; i < word.len && tries > 0; tries--) {
        struct tel_piece rest = piece_from(word, i);

        if (is_absolute(rest) || is_drive(rest) || is_share(rest) ||
            begins_relative(rest) || is_relative(rest))
            return trait(TEL_AUDIT_PATH, rest);
        i = piece_byte(word, ':', i) + 1;
    }
    return trait(TEL_AUDIT_NONE, word);
}
