import JobModel
import Storage

/// Where one attempt of a job says what it does.
struct JobLog: Sendable {
    private let run: RunID
    private let job: JobID
    private let epoch: LeaseEpoch
    private let backlog: Backlog

    init(_ job: ClaimedJob, backlog: Backlog) {
        run = job.run
        self.job = job.id
        epoch = job.epoch
        self.backlog = backlog
    }

    /// Keeps a text, each of its lines as one.
    func write(_ stream: LogStore.Stream, _ text: String) {
        for line in text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline) {
            backlog.add(
                LogStore.Line(run: run, job: job, epoch: epoch, stream: stream, text: String(line), ago: .zero)
            )
        }
    }

    /// Keeps a line about the job.
    func event(_ text: String) { write(.event, text) }
}
