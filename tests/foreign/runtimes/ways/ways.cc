// SPDX-License-Identifier: MIT
// Ends in the way that its first argument names.
#include <cstdlib>
#include <cstring>
#include <exception>
#include <iostream>
#include <stdexcept>
#include <thread>

#include <unistd.h>

namespace {

struct Talker {
    const char *name;

    ~Talker() { std::cout << "~" << name << std::endl; }
};

Talker global{"global"};

void quick() { std::cout << "at quick exit" << std::endl; }

struct Thrower {
    ~Thrower() noexcept(false) { throw std::runtime_error("from a destructor"); }
};

int end(const char *way, int number)
{
    static Talker local{"static"};
    thread_local Talker here{"thread"};

    (void)local.name;
    (void)here.name;
    if (std::strcmp(way, "return") == 0)
        return number;
    if (std::strcmp(way, "exit") == 0)
        std::exit(number);
    if (std::strcmp(way, "throw") == 0)
        throw std::runtime_error("last words");
    if (std::strcmp(way, "caught") == 0) {
        try {
            Thrower thrower;
        } catch (const std::exception &error) {
            std::cout << error.what() << std::endl;
            return 6;
        }
    }
    if (std::strcmp(way, "throw-at-exit") == 0) {
        std::atexit([] { throw std::runtime_error("too late"); });
        std::exit(3);
    }
    if (std::strcmp(way, "exit-at-exit") == 0) {
        std::atexit([] { std::exit(8); });
        std::exit(3);
    }
    if (std::strcmp(way, "quick") == 0) {
        std::at_quick_exit(quick);
        std::quick_exit(number);
    }
    if (std::strcmp(way, "terminate") == 0)
        std::terminate();
    if (std::strcmp(way, "handler") == 0) {
        std::set_terminate([] { _exit(9); });
        std::terminate();
    }
    if (std::strcmp(way, "thread-exit") == 0)
        std::thread([] { std::exit(7); }).join();
    return 99;
}

} // namespace

int main(int argc, char **argv)
{
    return end(argc > 1 ? argv[1] : "", argc > 2 ? std::atoi(argv[2]) : 0);
}
