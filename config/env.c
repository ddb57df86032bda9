/* SPDX-License-Identifier: MIT */
/* The environment, read once: paths, off switches, and the table of CI. */
#include <string.h>

#include <tel/config.h>

/*
 * Variables of which any non-empty value means that no person typed this
 * run: the general ones, and every one by which the npm package ci-info 4.5.0
 * tells a vendor. Where it asks for a value (CI_NAME=codeship, CI=woodpecker)
 * or for two together (TASK_ID and RUN_ID, JENKINS_URL and BUILD_ID), here one
 * of them suffices, with any value, "false" too: off is the safe error.
 * Heroku alone is told by a value, see below. tests/config/ci-vendors.txt
 * has the vendors. In byte order, for the binary search; an array of arrays,
 * so that the shim needs no relocation for it.
 */
static const char ci_names[][24] = {
    "AC_APPCIRCLE",
    "AGOLA_GIT_REF",
    "ALPIC_HOST",
    "APPCENTER_BUILD_ID",
    "APPVEYOR",
    "BITBUCKET_COMMIT",
    "BITRISE_IO",
    "BUDDY_WORKSPACE_ID",
    "BUILDER_OUTPUT",
    "BUILDKITE",
    "BUILD_ID",
    "BUILD_NUMBER",
    "CAPAWESOME_CLOUD",
    "CF_BUILD_ID",
    "CF_PAGES",
    "CI",
    "CIRCLECI",
    "CIRRUS_CI",
    "CI_APP_ID",
    "CI_BUILD_ID",
    "CI_BUILD_NUMBER",
    "CI_NAME",
    "CI_XCODE_PROJECT",
    "CM_BUILD_ID",
    "CODEBUILD_BUILD_ARN",
    "CONTINUOUS_INTEGRATION",
    "DRONE",
    "DSARI",
    "EARTHLY_CI",
    "EAS_BUILD",
    "GERRIT_PROJECT",
    "GITEA_ACTIONS",
    "GITHUB_ACTIONS",
    "GITLAB_CI",
    "GO_PIPELINE_LABEL",
    "HARNESS_BUILD_ID",
    "HEROKU_TEST_RUN_ID",
    "HUDSON_URL",
    "JENKINS_URL",
    "LAYERCI",
    "MAGNUM",
    "NETLIFY",
    "NEVERCODE",
    "NOW_BUILDER",
    "PROW_JOB_ID",
    "RELEASE_BUILD_ID",
    "RENDER",
    "RUN_ID",
    "RWX",
    "SAILCI",
    "SCREWDRIVER",
    "SEMAPHORE",
    "STRIDER",
    "TASK_ID",
    "TEAMCITY_VERSION",
    "TF_BUILD",
    "TRAVIS",
    "VELA",
    "VERCEL",
    "WORKERS_CI",
    "XCS",
    "bamboo_planKey",
};

#define CI_NAMES (sizeof(ci_names) / sizeof(ci_names[0]))

/*
 * Heroku's builds are known by where their node lies. npm sets NODE for each
 * script that a person runs, so its value has to be looked at. (Heroku CI,
 * which runs tests, has HEROKU_TEST_RUN_ID and CI besides.)
 */
#define HEROKU_NAME "NODE"
#define HEROKU_NODE "/app/.heroku/node/bin/node"

/* Compares the name in "name=value" with a whole name, as strcmp would. What
 * has no "=" is no variable: it comes before the name, and equals none. */
static int compare_name(const char *var, const char *name)
{
    while (*var == *name && *name != '\0') {
        var++;
        name++;
    }
    if (*name == '\0' && (*var == '=' || *var == '\0')) {
        return *var == '=' ? 0 : -1;
    }
    return (unsigned char)(*var == '=' ? '\0' : *var) - (unsigned char)*name;
}

/* The value in "name=value" where its name is this one, else NULL. */
static const char *value_of(const char *var, const char *name)
{
    if (compare_name(var, name) != 0) {
        return NULL;
    }
    return var + strlen(name) + 1;
}

static const char *find_ci(const char *var)
{
    size_t low = 0;
    size_t high = CI_NAMES;

    while (low < high) {
        size_t middle = (low + high) / 2;
        int order = compare_name(var, ci_names[middle]);

        if (order == 0) {
            return ci_names[middle];
        }
        if (order < 0) {
            high = middle;
        } else {
            low = middle + 1;
        }
    }
    return NULL;
}

/* Takes the value into *slot where it is this variable and an absolute path. */
static bool take_path(const char *var, const char *name, const char **slot)
{
    const char *value = value_of(var, name);

    if (value == NULL) {
        return false;
    }
    if (value[0] == '/' && *slot == NULL) {
        *slot = value;
    }
    return true;
}

static void read_one(struct tel_env *env, const char *var)
{
    const char *value;
    const char *name;

    switch (var[0]) {
    case 'H':
        take_path(var, "HOME", &env->home);
        break;
    case 'X':
        (void)(take_path(var, "XDG_CONFIG_HOME", &env->config_home) ||
               take_path(var, "XDG_STATE_HOME", &env->state_home) ||
               take_path(var, "XDG_RUNTIME_DIR", &env->runtime_dir));
        break;
    case 'T':
        value = value_of(var, "TEL_CONFIG_PATH");
        if (value != NULL && *value != '\0' && env->config_path == NULL) {
            env->config_path = value;
        }
        break;
    case 'D':
        value = value_of(var, "DO_NOT_TRACK");
        if (value != NULL && *value != '\0') {
            env->do_not_track = "DO_NOT_TRACK";
        }
        env->elevated |= value_of(var, "DOAS_USER") != NULL;
        break;
    case 'S':
        env->elevated |= value_of(var, "SUDO_UID") != NULL ||
                         value_of(var, "SUDO_USER") != NULL;
        break;
    case 'P':
        env->elevated |= value_of(var, "PKEXEC_UID") != NULL;
        break;
    case 'N':
        value = value_of(var, HEROKU_NAME);
        if (value != NULL && strstr(value, HEROKU_NODE) != NULL) {
            env->ci = HEROKU_NAME;
        }
        break;
    default:
        break;
    }
    if (env->ci != NULL) {
        return;
    }
    name = find_ci(var);
    if (name != NULL && var[strlen(name) + 1] != '\0') {
        env->ci = name;
    }
}

void tel_env_read(struct tel_env *ret_env, char *const *envp, bool secure,
                  uid_t euid)
{
    static char *const nothing[] = {NULL};

    memset(ret_env, 0, sizeof(*ret_env));
    ret_env->vars = envp != NULL ? envp : nothing;
    ret_env->secure = secure;
    ret_env->euid = euid;
    for (char *const *var = ret_env->vars; *var != NULL; var++) {
        read_one(ret_env, *var);
    }
}

const char *tel_env_get(const struct tel_env *env, const char *name)
{
    for (char *const *var = env->vars; *var != NULL; var++) {
        const char *value = value_of(*var, name);

        if (value != NULL) {
            return value;
        }
    }
    return NULL;
}

const char *tel_env_ci_name(size_t index)
{
    return index < CI_NAMES ? ci_names[index] : NULL;
}
