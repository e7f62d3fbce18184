//! Build script of the kext's static library.
//!
//! 1. Translates the contract with the shim (shim-c/include) into `$OUT_DIR/contract.rs`. The layout is always
//!    that of the kext's target, also when the crate is built for tests on Linux.
//! 2. For a kext target, compiles shim-c/kern/*.c and lets rustc put the objects into libsctp_kext.a. It sets
//!    `cfg(kext)` there, so that the crate can tell a kernel build from a test build.
//!
//! Environment: `SCTP_CLANG` and `SCTP_AR` name other tools than Debian's clang-22 and llvm-ar-22. With
//! `SCTP_CHECK_LOCK` set, the shim checks at every entry of the engine that the domain mutex is held: for tests.

#![allow(
    clippy::disallowed_methods,
    clippy::disallowed_types,
    reason = "a program of the build may end when memory is short"
)]

use core::error::Error;
use std::env;
use std::path::{Path, PathBuf};

type Fallible<T> = Result<T, Box<dyn Error>>;

/// One kext target: the name of its file in kext/targets, and what the C compiler is told for it.
struct KextTarget {
    name: &'static str,
    clang: &'static str,
    flags: &'static [&'static str],
}

const X86_64: KextTarget = KextTarget {
    name: "x86_64-kext",
    clang: "x86_64-apple-macosx10.13",
    flags: &["-mkernel", "-mno-sse", "-mno-mmx", "-msoft-float", "-mno-red-zone"],
};

const ARM64E: KextTarget = KextTarget {
    name: "arm64e-kext",
    clang: "arm64e-apple-macosx11.0",
    // Function pointers are signed as the kernel expects them; no vector register belongs to a kext.
    flags: &[
        "-mkernel",
        "-mgeneral-regs-only",
        "-fptrauth-calls",
        "-fptrauth-returns",
        "-fptrauth-intrinsics",
    ],
};

const KEXT_TARGETS: [KextTarget; 2] = [X86_64, ARM64E];

/// What every C file of the shim is compiled with. The compiler's own freestanding headers are the only system
/// headers: the kernel's declarations are the shim's.
const C_FLAGS: [&str; 13] = [
    "-std=c11",
    "-O2",
    "-ffreestanding",
    "-fno-builtin",
    "-fno-common",
    "-fno-stack-protector",
    "-fno-omit-frame-pointer",
    "-nostdlibinc",
    "-Wall",
    "-Wextra",
    "-Werror",
    // The kernel's stack is 16 KiB and a system call has used some of it before it comes to us.
    "-Wframe-larger-than=1024",
    "-DSCTP_KERNEL_BUILD",
];

const CONTRACT_HEADERS: [&str; 3] = ["include/sctp_engine.h", "include/sctp_kern.h", "kern/user_abi.h"];

fn main() -> Fallible<()> {
    println!("cargo::rustc-check-cfg=cfg(kext)");
    println!("cargo::rerun-if-env-changed=SCTP_CLANG");
    println!("cargo::rerun-if-env-changed=SCTP_AR");
    println!("cargo::rerun-if-env-changed=SCTP_CHECK_LOCK");
    let shim = PathBuf::from(env::var("CARGO_MANIFEST_DIR")?).join("../../shim-c").canonicalize()?;
    println!("cargo::rerun-if-changed={}", shim.display());
    let target = env::var("TARGET")?;
    let kext = KEXT_TARGETS.iter().find(|known| known.name == target);
    translate_contract(&shim, kext.unwrap_or(&X86_64))?;
    if let Some(kext) = kext {
        println!("cargo::rustc-cfg=kext");
        compile_shim(&shim, kext)?;
    }
    Ok(())
}

/// Writes `contract.rs`: the types, constants and functions of the contract headers, and assertions on layout
/// that the compiler evaluates.
fn translate_contract(shim: &Path, target: &KextTarget) -> Fallible<()> {
    let mut builder = bindgen::Builder::default()
        .use_core()
        .clang_args(["-target", target.clang, "-ffreestanding", "-nostdlibinc", "-DSCTP_KERNEL_BUILD"])
        .clang_arg(format!("-I{}", shim.join("include").display()))
        .allowlist_file(format!("{}/.*", shim.display()))
        .formatter(bindgen::Formatter::None);
    for header in CONTRACT_HEADERS {
        builder = builder.header(shim.join(header).display().to_string());
    }
    let out = PathBuf::from(env::var("OUT_DIR")?).join("contract.rs");
    builder.generate()?.write_to_file(out)?;
    Ok(())
}

/// Compiles shim-c/kern/*.c into an archive that becomes part of libsctp_kext.a.
fn compile_shim(shim: &Path, target: &KextTarget) -> Fallible<()> {
    let mut sources = Vec::new();
    for entry in std::fs::read_dir(shim.join("kern"))? {
        let path = entry?.path();
        if path.extension().is_some_and(|extension| extension == "c") {
            sources.push(path);
        }
    }
    if sources.is_empty() {
        return Err("shim-c/kern has no C file".into());
    }
    // The order of a folder's entries differs between machines; the kext must not.
    sources.sort();
    let mut build = cc::Build::new();
    build
        .compiler(tool("SCTP_CLANG", "clang-22"))
        .archiver(tool("SCTP_AR", "llvm-ar-22"))
        .no_default_flags(true)
        .flag("-target")
        .flag(target.clang)
        .flags(target.flags)
        .flags(C_FLAGS)
        .flag(format!("-ffile-prefix-map={}=shim-c", shim.display()))
        .define("SCTP_VERSION", format!("\"{}\"", env::var("CARGO_PKG_VERSION")?).as_str())
        .include(shim.join("include"))
        .include(shim.join("kern"))
        .files(sources);
    if env::var_os("SCTP_CHECK_LOCK").is_some() {
        build.define("SCTP_CHECK_LOCK", None);
    }
    build.try_compile("sctp_shim")?;
    Ok(())
}

fn tool(variable: &str, default: &str) -> String {
    env::var(variable).unwrap_or_else(|_| default.to_owned())
}
