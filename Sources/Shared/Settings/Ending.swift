import Glibc

/// How a program ends that cannot begin.
package enum Ending {
    /// Says why on standard error and ends the process.
    package static func refuse(_ reason: String, status: Int32) -> Never {
        let bytes = Array((reason + "\n").utf8)
        // Nobody is left to tell when even this fails.
        _ = bytes.withUnsafeBytes { write(STDERR_FILENO, $0.baseAddress, $0.count) }
        exit(status)
    }
}
