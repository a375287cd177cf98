/// What a program may use, as far as a workflow file says; nil leaves it to the worker's defaults.
package struct ProgramLimitsDefinition: Equatable, Sendable {
    /// The address space of each process, in bytes.
    package var memory: Int?
    /// The memory of all its processes together, in bytes.
    package var totalMemory: Int?
    /// How many processes and threads the program may have.
    package var processes: Int?
    /// How many files each process may have open.
    package var openFiles: Int?
    /// The largest file a process may write, in bytes.
    package var fileSize: Int?
    /// The processor time of each process, in whole seconds.
    package var processorTime: Duration?
    /// How much of standard output is kept, in bytes.
    package var output: Int?

    package init() {}
}
