import Glibc

/// What a program that has come to a limit of the kernel's is told is its own affair, and few say more than that it failed.
extension ProgramLimits {
    /// What tells of a limit: its name in workflow files, its value, the signal of whoever goes beyond it, and what programs say.
    private var traces: [(name: String, value: String?, signals: [Int32], words: [String])] {
        [
            (
                "memory", memoryBytes.map { "\($0) bytes" }, [],
                ["cannot allocate memory", "memoryerror", "bad_alloc", "out of memory", "memory exhausted"]
            ),
            (
                "processes", processes.map(String.init), [],
                ["resource temporarily unavailable", "can't start new thread", "cannot fork", "can't fork"]
            ),
            ("open_files", openFiles.map(String.init), [], ["too many open files", "emfile"]),
            ("file_size", fileBytes.map { "\($0) bytes" }, [SIGXFSZ], ["file too large", "file size limit exceeded"]),
            // Who ignores the first signal is killed a second later.
            ("cpu", processorTime.map { "\($0)" }, [SIGXCPU, SIGKILL], ["cpu time limit exceeded"]),
        ]
    }

    /// Which limits a program that failed may have come to, as far as its end and its last words tell; for people.
    package func mayHaveBeenReached(by result: ProgramResult) -> String? {
        guard !result.succeeded else { return nil }
        let said = result.errorOutput.lowercased()
        let reached = traces.compactMap { name, value, signals, words -> String? in
            guard let value else { return nil }
            // A shell says by a status which signal ended what it has run.
            let isSignalled = signals.contains {
                result.ending == .signalled($0) || result.ending == .exited(128 + $0)
            }
            guard isSignalled || words.contains(where: said.contains) else { return nil }
            return "limits.\(name), which is \(value)"
        }
        return reached.isEmpty ? nil : "it may have come to \(reached.joined(separator: ", or to "))"
    }
}
