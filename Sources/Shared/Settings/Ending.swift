import Glibc

/// How a program ends that cannot begin or go on.
package enum Ending {
    /// Says why on standard error, one line for each reason, and ends the process.
    ///
    /// What others wrote may stand in a reason: its control characters are shown as spaces.
    package static func refuse(_ reasons: [String], status: Int32) -> Never {
        let lines = reasons.map { reason in
            String(String.UnicodeScalarView(reason.unicodeScalars.map { isControl($0) ? " " : $0 })) + "\n"
        }
        let bytes = Array(lines.joined().utf8)
        // Nobody is left to tell when even this fails.
        _ = bytes.withUnsafeBytes { write(STDERR_FILENO, $0.baseAddress, $0.count) }
        exit(status)
    }

    /// Says why on standard error in one line, and ends the process.
    package static func refuse(_ reason: String, status: Int32) -> Never { refuse([reason], status: status) }

    private static func isControl(_ scalar: Unicode.Scalar) -> Bool {
        scalar.value < 0x20 || (0x7F...0x9F).contains(scalar.value)
    }
}
