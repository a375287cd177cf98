package import Workflow

/// What one run of a program may use.
package struct ProgramLimits: Sendable, Equatable {
    /// How long the program may run, by default 10 minutes; then its processes are ended.
    package var time: Duration = .seconds(600)

    /// How long its processes have between SIGTERM and SIGKILL, by default 2 seconds.
    package var grace: Duration = .seconds(2)

    /// How much of standard output is kept, in bytes, by default 1 MiB.
    ///
    /// The rest is read and dropped, and the program goes on: a chatty program still does its work.
    package var outputBytes = 1 << 20

    /// How much of the end of standard error is kept, in bytes, by default 8 KiB.
    package var errorOutputBytes = 8 << 10

    /// How much of each stream is handed on line by line, in bytes, by default 1 MiB.
    package var loggedBytes = 1 << 20

    /// The address space of each process in bytes; `nil`, the default, sets none.
    package var memoryBytes: Int?

    /// The memory of all its processes together in bytes, looked at five times a second; `nil`, the default, sets none.
    package var totalMemoryBytes: Int?

    /// The processor time of each process, in whole seconds; `nil`, the default, sets none.
    package var processorTime: Duration?

    /// How many processes and threads may have come of the program, by default 256; counted five times a second.
    package var processes: Int? = 256

    /// How many files each process may have open, by default 256.
    package var openFiles: Int? = 256

    /// How large a file a process may write, in bytes; `nil`, the default, sets none.
    package var fileBytes: Int?

    package init() {}

    /// The defaults, and in their place what a workflow file says.
    package init(_ definition: ProgramLimitsDefinition) {
        memoryBytes = definition.memory
        totalMemoryBytes = definition.totalMemory
        processorTime = definition.processorTime
        fileBytes = definition.fileSize
        if let processes = definition.processes { self.processes = processes }
        if let openFiles = definition.openFiles { self.openFiles = openFiles }
        if let output = definition.output { outputBytes = output }
    }

    /// The guard's options.
    var guardOptions: [String] {
        let numbers: [(String, Int?)] = [
            ("--grace-ms", grace.milliseconds),
            ("--memory-bytes", memoryBytes),
            ("--total-memory-bytes", totalMemoryBytes),
            ("--cpu-seconds", processorTime.map { max(1, Int($0.components.seconds)) }),
            ("--processes", processes),
            ("--open-files", openFiles),
            ("--file-bytes", fileBytes),
        ]
        return numbers.flatMap { name, value in value.map { [name, String($0)] } ?? [] }
    }
}

extension Duration {
    /// Whole milliseconds, rounded down, and no fewer than 0.
    var milliseconds: Int { max(0, Int(self / .milliseconds(1))) }
}
