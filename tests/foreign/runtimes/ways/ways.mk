#!/usr/bin/make -f
# SPDX-License-Identifier: MIT
# Ends in the way that its first argument names.
MAKEFLAGS += --no-print-directory
self := $(firstword $(MAKEFILE_LIST))
numbers := 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16

all: $(numbers)
$(numbers):
	@sh -c 'exit 0'

failing:
	@echo before; exit 3

keep-going: failing all

nested:
	@$(MAKE) -f $(self) all && $(MAKE) -f $(self) failing

question: all
	@$(shell exit 4)true

missing: no-such-file

killed:
	@kill -9 $$PPID

# make remakes what it includes, and executes itself anew to read that.
ifneq ($(filter remade,$(MAKECMDGOALS)),)
include $(HOME)/remade.mk
$(HOME)/remade.mk:
	@echo 'again = yes' >$@
endif
remade:
	@rm $(HOME)/remade.mk; test $(again) = yes; exit 5

.PHONY: all $(numbers) failing keep-going nested question missing killed remade
