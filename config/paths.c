/* SPDX-License-Identifier: MIT */
/* The places that belong to the person, by the XDG base directories. */
#include <errno.h>

#include <tel/config.h>
#include <tel/text.h>

static int below_home(const struct tel_env *env, const char *xdg,
                      const char *fallback, const char *rest, char *buf,
                      size_t size)
{
    struct tel_text text;

    if (xdg == NULL && env->home == NULL) {
        return -ENOENT;
    }
    tel_text_start(&text, buf, size);
    if (xdg != NULL) {
        tel_text_add(&text, xdg);
    } else {
        tel_text_add(&text, env->home);
        tel_text_add(&text, fallback);
    }
    tel_text_add(&text, rest);
    return tel_text_end(&text) < 0 ? -ENAMETOOLONG : 0;
}

int tel_path_config(const struct tel_env *env, char *buf, size_t size)
{
    return below_home(env, env->config_home, "/.config", "/tel", buf, size);
}

int tel_path_consent(const struct tel_env *env, char *buf, size_t size)
{
    return below_home(env, env->config_home, "/.config", "/tel/consent", buf,
                      size);
}

int tel_path_state(const struct tel_env *env, char *buf, size_t size)
{
    return below_home(env, env->state_home, "/.local/state", "/tel", buf, size);
}
