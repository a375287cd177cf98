import JobModel
import Logging
import Storage
import Telemetry

/// What is answered to an act that is done, whatever becomes of reading what it made.
///
/// Whoever is told of a failure does it again, and would start a second run.
struct AnswerToAct: Sendable {
    let logger: Logger

    /// The answer as it is read, or else what is known.
    func read(_ known: JSONObject, _ read: () async throws -> JSONObject?) async -> JSONValue {
        do {
            if let read = try await read() { return .object(read) }
        } catch {
            logger.warning("what was done could not be shown", metadata: [LogKey.error: "\(error)"])
        }
        return .object(known)
    }

    /// Notes what was done in several transactions, each of which has a note of its own.
    func add(_ note: AuditNote, to audit: AuditStore) async {
        do {
            try await audit.add(note)
        } catch {
            logger.warning("what was done could not be noted", metadata: [LogKey.error: "\(error)"])
        }
    }

    /// Logs why an act on one run of many was not carried out, where an operator should see it.
    func noteFailure(_ error: any Error, _ problem: Problem, of run: RunID) {
        guard problem.code.status >= 500 else { return }
        logger.error(
            "a run was left as it is",
            metadata: [LogKey.run: "\(run)", LogKey.error: .string(String(reflecting: error))]
        )
    }

    /// The run that something was done to.
    ///
    /// - Parameter workflow: What it is a run of, where that is known.
    func run(_ run: RunID, of workflow: String? = nil, _ reader: RunReader) async -> JSONValue {
        var known: JSONObject = ["id": .id(run)]
        known["workflow"] = workflow.map { .string($0) }
        return await read(known) { try await reader.summary(of: run)?.json }
    }
}
