import Glibc

/// How many files and connections this process may have open.
enum OpenFiles {
    /// Raises the limit as far as it goes: what a shell or a service manager sets for programs is little for a server.
    ///
    /// - Returns: The limit from here on.
    static func raiseLimit() -> Int {
        var limits = rlimit()
        guard getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limits) == 0 else { return 1024 }
        let most = min(limits.rlim_max, 1 << 16)
        if limits.rlim_cur < most {
            var raised = limits
            raised.rlim_cur = most
            if setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &raised) == 0 { limits = raised }
        }
        return Int(min(limits.rlim_cur, 1 << 16))
    }
}
