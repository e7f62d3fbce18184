//! Compiles the C side of the comparison and links Debian's libusrsctp.

fn main() {
    println!("cargo::rerun-if-changed=usrsctp");
    cc::Build::new()
        .file("usrsctp/pair.c")
        .std("gnu11")
        .flag("-Wall")
        .flag("-Wextra")
        .compile("usrsctp_pair");
    println!("cargo::rustc-link-lib=usrsctp");
}
