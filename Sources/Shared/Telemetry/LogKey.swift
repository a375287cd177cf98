/// The keys under which log lines carry their values; messages themselves are constant.
package enum LogKey {
    package static let job = "job.id"
    package static let jobName = "job.name"
    package static let kind = "job.kind"
    package static let attempt = "job.attempt"
    package static let epoch = "job.epoch"
    package static let run = "run.id"
    package static let session = "session.id"
    package static let worker = "worker.id"
    package static let queue = "queue"
    package static let count = "count"
    package static let address = "address"
    package static let duration = "duration_ms"
    package static let reason = "reason"
    package static let error = "error"
    package static let method = "http.method"
    package static let path = "http.path"
}
