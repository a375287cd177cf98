import JobModel

/// The code that runs jobs of one kind.
protocol JobHandler: Sendable {
    /// Runs one attempt of a job.
    ///
    /// The task is cancelled when the job must stop; the handler then ends what it started and throws.
    ///
    /// - Returns: The job's output.
    /// - Throws: `JobFailure` when the attempt failed.
    func run(_ context: JobContext) async throws -> JSONValue
}
