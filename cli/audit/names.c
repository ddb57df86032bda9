/* SPDX-License-Identifier: MIT */
/*
 * What a field's name says of its values.
 *
 * A name is cut into words ("hostName", "host_name", "host.name"). As in
 * English the last word is the thing and those before it tell which: a
 * user_count is a count, a host_os an operating system. So the last word
 * decides; where it is one like "name" or "id", the one before it does too.
 */
#include "pieces.h"

#define WORDS_MAX 12
#define WORD_MAX 24

struct words {
    char word[WORDS_MAX][WORD_MAX];
    size_t count;
    bool element; /* of an array */
};

/* The last word, and what it says; strong: whatever the value is like. */
struct rule {
    enum tel_audit_kind kind;
    bool strong;
    const char *words;
};

static const struct rule rules[] = {
    {TEL_AUDIT_USER, true,
     "user username usr login logname account owner author committer "
     "firstname lastname fullname surname forename nickname nick realname "
     "displayname screenname gamertag handle gamername playername staffname "
     "approver requester requestor cardholder passenger attendee uploader "
     "displayname person employee customer member assignee reviewer gecos "
     "loginname accountname whoami operator contact recipient sender "
     "benutzer benutzername nutzer vorname nachname utilisateur prenom "
     "prénom nom usuario nombre apellido utente cognome usuário sobrenome"},
    {TEL_AUDIT_USER, false,
     "supervisor signer patient student teacher cashier staff reporter guest "
     "maintainer contributor winner payer payee buyer tenant attn actor"},
    {TEL_AUDIT_HOST, true,
     "host hostname fqdn nodename machine computer computername workstation "
     "machinename servername netbios ssid domainname nodehost vhost devicename "
     "dnsname rechner rechnername"},
    {TEL_AUDIT_ID, true,
     "serial serialno serialnumber imei imsi iccid guid uuid udid idfa gaid "
     "machineid deviceid hwid hardwareid fingerprint distinctid anonymousid "
     "clientid userid installid installationid sessionid visitorid accountid "
     "phone mobile telephone phonenumber tel msisdn cellphone fax ssn "
     "jsessionid phpsessid sessid aspsessionid passport iban uid euid "
     "cardnumber creditcard customerid trackingid advertisingid"},
    {TEL_AUDIT_ID, false,
     "session hash sha sha1 sha256 sha512 md5 digest checksum sid cid"},
    {TEL_AUDIT_MAC, true, "mac macaddress macaddr hwaddr bssid"},
    {TEL_AUDIT_TOKEN, true,
     "token secret password passwd passphrase apikey credential jwt "
     "accesskey secretkey privatekey accesstoken authtoken refreshtoken "
     "passwort kennwort geheimnis contraseña motdepasse senha "
     "sshpass keypass storepass "
     "bearer passcode pass pw pwd csrf xsrf otp mnemonic sessiontoken"},
    {TEL_AUDIT_TOKEN, false, "auth authorization cookie credentials signature"},
    {TEL_AUDIT_PATH, true, "filename filepath cwd workdir homedir folder"},
    {TEL_AUDIT_PATH, false,
     "path file dir directory script exe executable home root "
     "tmpdir input output config workspace project attachment document"},
    {TEL_AUDIT_TIMESTAMP, true,
     "timestamp ts datetime date created updated modified started ended at "
     "when birthday birthdate dob expires hour weekday lastseen time clock "
     "starttime endtime createdat updatedat day"},
    {TEL_AUDIT_COORDINATES, true,
     "lat lon lng latitude longitude coordinates coords coordinate geo gps "
     "latlon latlng geolocation location geopoint long"},
    {TEL_AUDIT_ERROR, true, "exception stack stacktrace traceback backtrace"},
    {TEL_AUDIT_ERROR, false,
     "error err stderr panic failure errormessage errmsg errormsg cause fault "
     "fehler fehlermeldung erreur errore erro"},
    {TEL_AUDIT_TEXT, true,
     "query search q cmdline commandline argv searchterm prompt "
     "question utterance history clipboard"},
    {TEL_AUDIT_TEXT, false,
     "message msg comment text body content title subject description note "
     "notes feedback answer review bio summary details detail remark input "
     "nachricht kommentar mensaje commentaire"},
};

static const char user_words[] =
    "user first last full real nick sur given family display customer person "
    "employee login account owner author committer contact sender recipient "
    "member middle maiden profile client staff worker driver player patient "
    "student teacher parent child doctor nurse passenger guest buyer seller "
    "tenant cashier operator reporter assignee reviewer contributor maintainer "
    "courier rider beneficiary cardholder holder billing shipping emergency "
    "spouse mother father legal preferred gamer applicant candidate subscriber "
    "creator supervisor attendee participant caller callee signer payer payee "
    "pilot crew manager lead gamertag";
static const char host_words[] =
    "host machine computer node server device pc pod container vm domain "
    "workstation instance netbios peer dns printer phone bluetooth bt";
static const char id_words[] =
    "user machine device session install installation anonymous anon distinct "
    "visitor account customer client person employee hardware host computer "
    "tracking advertising member subscriber profile cookie browser node "
    "instance boot system disk cpu board product order contact patient "
    "member owner author tenant org organization organisation team workspace";
static const char key_words[] =
    "api access secret private ssh license signing encryption auth gpg pgp "
    "master session client service account deploy aws s3 product activation "
    "public";
static const char number_words[] =
    "serial phone account card telephone mobile social passport customer "
    "member security license insurance imei contract id";
/* The last two words. */
static const struct pair {
    const char *last;
    const char *before;
    enum tel_audit_kind kind;
    bool strong;
} pairs[] = {
    {"name names", user_words, TEL_AUDIT_USER, true},
    {"name names", host_words, TEL_AUDIT_HOST, true},
    {"name names", "file path folder dir directory", TEL_AUDIT_PATH, true},
    {"id ids identifier", id_words, TEL_AUDIT_ID, false},
    {"number no nr num", number_words, TEL_AUDIT_ID, false},
    {"key keys", key_words, TEL_AUDIT_TOKEN, true},
    {"addr address", "mac ethernet hardware hw", TEL_AUDIT_MAC, true},
    {"text term terms string query words", "search query free", TEL_AUDIT_TEXT,
     true},
    {"code codes pin", "otp 2fa mfa totp verification sms recovery backup",
     TEL_AUDIT_TOKEN, true},
    {"auth", "cli redis http proxy basic registry", TEL_AUDIT_TOKEN, false},
    {"holder contact", "account card policy license licence emergency next",
     TEL_AUDIT_USER, true},
    {"line", "command cmd", TEL_AUDIT_TEXT, true},
    {"trace", "stack error exception", TEL_AUDIT_ERROR, true},
    {"message msg text description detail details string reason",
     "error exception err failure fail crash", TEL_AUDIT_ERROR, false},
};
static const char quantity_words[] =
    "ms us ns s sec secs second seconds msec usec min mins minute minutes "
    "hours days duration elapsed took latency wall cpu rss mem memory bytes "
    "byte kb mb gb kib mib gib size length len count n num total sum avg mean "
    "median max p50 p90 p95 p99 ratio score pct percent rate lines width "
    "height depth offset capacity used free disk cores threads load freq "
    "frequency bandwidth cycles instructions ops uptime timeout retries retry "
    "exit code status sig signal port level index step age mtu pid ppid "
    "limit quota speed entries items files runs attempts exitcode statuscode "
    "durationms elapsedms sizebytes ttl epoch interval delay number hits "
    "misses cost price amount quantity seed iterations samples delta pages "
    "dur dauer duree durée duracion duración durata hz mhz ghz fps dpi "
    "jobs workers nproc millis micros nanos weight priority version_code";
static const char duration_before[] =
    "user sys system cpu real wall build run total elapsed load wait idle "
    "response request startup compile exec execution avg mean max min boot "
    "process render query start link test parse download upload connect";
static const char label_words[] =
    "name names features flags tags options modules plugins extensions caps "
    "capabilities formats languages langs keywords categories";
static const char version_words[] =
    "version ver v tv release libc glibc musl kernel semver firmware sdk "
    "runtime engine python node ruby rust go golang java gcc clang npm php "
    "perl browser chrome firefox toolchain compiler osversion build revision "
    "interpreter os distro platform tag shell appversion model cpu gpu "
    "processor product renderer vendor brand edition family codename "
    "rustc cargo docker podman git cmake curl openssl pip npx yarn pnpm deno "
    "bun swift kotlin scala dotnet mono llvm gradle maven bazel ninja make "
    "helm kubectl terraform ansible containerd runc systemd nginx postgres "
    "mysql sqlite redis"
    "triple arch framework distribution dist compat soname abi uname";

/* Letters of other scripts, too. */
static bool is_letter(char c)
{
    return is_alnum(c) || (unsigned char)c >= 0x80;
}

static bool in(const char *word, const char *list)
{
    return piece_in(piece_of(word), list);
}

static bool starts_word(const char *name, const char *at)
{
    if (at == name || !is_letter(at[-1]))
        return true;
    /* "userName", "HTTPServer" */
    return is_upper(*at) && (is_lower(at[-1]) || is_digit(at[-1]) ||
                             (is_upper(at[-1]) && is_lower(at[1])));
}

static void split(const char *name, struct words *words)
{
    size_t len = 0;

    *words = (struct words){.count = 0};
    for (const char *at = name; *at != '\0'; at++) {
        words->element = at[0] == '[' && at[1] == ']';
        if (words->element && at[2] == '\0')
            break;
        if (!is_letter(*at))
            continue;
        if (starts_word(name, at)) {
            if (words->count == WORDS_MAX) {
                /* The last words count. */
                memmove(words->word[0], words->word[1],
                        sizeof(words->word) - sizeof(words->word[0]));
                words->count--;
            }
            words->count++;
            len = 0;
        }
        if (len + 1 < WORD_MAX)
            words->word[words->count - 1][len++] = lower(*at);
        words->word[words->count - 1][len] = '\0';
    }
}

/* "user_2", "argv0", "username_value": what follows the thing is left off. */
static void drop_tail(struct words *words)
{
    while (words->count > 0) {
        char *last = words->word[words->count - 1];
        size_t len = strlen(last);

        /* "n1" and "x2" are no words. */
        while (len > 2 && is_digit(last[len - 1]) &&
               !in(last, "sha1 sha256 sha512 md5 p50 p90 p95 p99 s3"))
            last[--len] = '\0';
        if (len > 0 && (words->count == 1 ||
                        !in(last, "value val string str raw current new old "
                                  "original orig")))
            return;
        words->count--;
    }
}

/* "id", "name", "key" and their like say little without the word before. */
static bool by_pair(const char *before, const char *last,
                    struct tel_audit_name *name)
{
    for (size_t i = 0; i < sizeof(pairs) / sizeof(pairs[0]); i++) {
        const struct pair *pair = &pairs[i];

        if (!in(last, pair->last) || !in(before, pair->before))
            continue;
        name->says = pair->kind;
        name->strong = pair->strong;
        name->numeric_id = pair->kind == TEL_AUDIT_ID;
        return true;
    }
    return false;
}

static void by_last(const char *last, struct tel_audit_name *name)
{
    for (size_t i = 0; i < sizeof(rules) / sizeof(rules[0]); i++) {
        if (!in(last, rules[i].words))
            continue;
        name->says = rules[i].kind;
        name->strong = rules[i].strong;
        name->numeric_id =
            (rules[i].kind == TEL_AUDIT_ID && rules[i].strong) ||
            in(last, "lat lon lng latitude longitude hour weekday");
        name->guid = in(last, "uuid guid");
        return;
    }
}

/*
 * "PGPASSWORD", "dbusername": words that were written together. Only endings
 * that are long enough to be nothing else.
 */
static void by_ending(const char *last, struct tel_audit_name *name)
{
    static const char *const endings[] = {
        "password",  "passwd",      "passphrase",   "passwort",  "apikey",
        "accesskey", "secretkey",   "privatekey",   "authtoken", "accesstoken",
        "apitoken",  "apisecret",   "clientsecret", "username",  "hostname",
        "filename",  "nickname",    "firstname",    "lastname",  "surname",
        "timestamp", "macaddress",  "sessionid",    "deviceid",  "latitude",
        "longitude", "serialnumber"};

    for (size_t i = 0; i < sizeof(endings) / sizeof(endings[0]); i++) {
        if (piece_ends(piece_of(last), endings[i])) {
            by_last(endings[i], name);
            return;
        }
    }
}

/* "approved_by", "created_by": who did it, or which program. */
static bool by_actor(const char *before, const char *last,
                     struct tel_audit_name *name)
{
    static const char deeds[] =
        "created updated modified edited changed uploaded approved assigned "
        "requested reviewed reported submitted owned authored added deleted "
        "removed invited shared merged committed posted published written "
        "sent performed resolved booked taken recorded entered deployed "
        "signed checked closed opened verified registered locked out off paid "
        "sold given made done cancelled canceled rejected accepted confirmed "
        "archived managed";

    if (!in(last, "by") || !in(before, deeds))
        return false;
    name->says = TEL_AUDIT_USER;
    name->strong = true;
    name->actor = true;
    return true;
}

/* The kind of a plural is that of its singular; numbers are counts then. */
static void by_plural(char *last, struct tel_audit_name *name)
{
    size_t len = strlen(last);

    if (len < 4 || last[len - 1] != 's' || last[len - 2] == 's')
        return;
    last[len - 1] = '\0';
    by_last(last, name);
    name->plural = name->says != TEL_AUDIT_NONE;
}

static void set_habits(const char *before, const char *last,
                       struct tel_audit_name *name)
{
    name->quantity = (in(last, quantity_words) &&
                      !(in(last, "number") && in(before, number_words))) ||
                     (in(before, "bytes kb mb gb ops rows packets frames") &&
                      in(last, "in out read written sent received rx tx s")) ||
                     (in(last, "time") && in(before, duration_before));
    name->version = in(last, version_words);
    name->agent = in(last, "agent useragent ua");
    name->route =
        in(last, "route endpoint uri handler action api page screen view");
    name->crash = in(last, "crash");
    name->label = in(last, label_words);
    name->voice = in(last, "query search q prompt question utterance history "
                           "comment feedback review answer remark kommentar "
                           "commentaire comentario commento opinion");
    name->dial = in(last, "phone mobile telephone tel msisdn cellphone fax");
}

void tel_audit_name(const char *name, struct tel_audit_name *ret_name)
{
    struct words words;
    const char *before = "";
    char *last;

    *ret_name = (struct tel_audit_name){.says = TEL_AUDIT_NONE};
    ret_name->agent = strcmp(name, "(agent)") == 0;
    ret_name->request = strcmp(name, "(path)") == 0;
    if (name[0] == '(') {
        ret_name->strong = true;
        ret_name->says = strcmp(name, "(client)") == 0 ? TEL_AUDIT_HOST
                         : strcmp(name, "(user)") == 0 ? TEL_AUDIT_USER
                         : strcmp(name, "(time)") == 0 ? TEL_AUDIT_TIMESTAMP
                                                       : TEL_AUDIT_NONE;
        return;
    }
    split(name, &words);
    drop_tail(&words);
    if (words.count == 0)
        return;
    last = words.word[words.count - 1];
    if (words.count > 1)
        before = words.word[words.count - 2];
    set_habits(before, last, ret_name);
    if (ret_name->agent || by_pair(before, last, ret_name) ||
        ret_name->quantity || by_actor(before, last, ret_name))
        return;
    by_last(last, ret_name);
    if (ret_name->says == TEL_AUDIT_NONE)
        by_ending(last, ret_name);
    if (ret_name->says == TEL_AUDIT_NONE)
        by_plural(last, ret_name);
    if (words.element && !ret_name->numeric_id)
        ret_name->plural = false;
}
