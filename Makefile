# Leat: `make demo` shows it, `make test` proves it, `make build` makes build/leat.

# ccache understands precompiled headers only with these; the user's own settings stay as they are.
export CCACHE_SLOPPINESS := pch_defines,time_macros,include_file_mtime,include_file_ctime
PYTHON := /usr/bin/python3
BUILD := build

.PHONY: build test demo bench format tidy clean help bootstrap configure

build: configure  ## the program: build/leat
	ninja -C $(BUILD) leat

test:  ## build everything and run every test
	@tools/bootstrap test
	$(PYTHON) tools/test

demo: configure  ## a live stream through NATS, SQL and back, in 20 seconds (DEMO_STAY=1: until Ctrl-C)
	ninja -C $(BUILD) leat demo_publisher
	demo/run

bench: configure  ## all benchmarks; results as JSON in build/bench/results
	@tools/bootstrap test
	$(PYTHON) bench/run.py

format: bootstrap  ## clang-format over all C++ files
	git ls-files '*.h' '*.cc' | xargs clang-format-19 -i

tidy: bootstrap  ## our own checks: who includes whom, headers, links, sizes
	$(PYTHON) tools/tidy

clean:  ## remove what was built
	rm -rf build build-*

help:  ## this list
	@sed -n 's/^\([a-z]*\):.*##/make \1:/p' Makefile

bootstrap:
	@tools/bootstrap

configure: bootstrap
	@test -f $(BUILD)/build.ninja || tools/configure $(BUILD)
