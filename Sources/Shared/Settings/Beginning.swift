import Glibc

/// What every program does before anything else.
package enum Beginning {
    /// Makes sure that the standard streams are there, and returns the arguments; ends the process with status 2 when
    /// one of them is no UTF-8, since it would be read as another text than was meant.
    package static func arguments() -> [String] {
        openStandardStreams()
        for number in 1..<max(1, Int(CommandLine.argc)) {
            guard let argument = CommandLine.unsafeArgv[number] else { continue }
            guard String(validatingCString: argument) != nil else {
                Ending.refuse(
                    "argument \(number) is not UTF-8 text: \(String(cString: argument)); write it as UTF-8",
                    status: 2
                )
            }
        }
        return Array(CommandLine.arguments.dropFirst())
    }

    /// Opens what a caller has closed, so that no socket or file of ours gets the number of a standard stream and what
    /// is printed goes into it.
    ///
    /// What stands in can be neither read from nor written to, so whoever tries learns that there is nothing.
    private static func openStandardStreams() {
        for descriptor in [STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO] where fcntl(descriptor, F_GETFD) < 0 {
            _ = open("/dev/null", descriptor == STDIN_FILENO ? O_WRONLY : O_RDONLY)
        }
    }
}
