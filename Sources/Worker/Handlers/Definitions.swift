import JobModel
import Storage
import Synchronization
import Workflow

/// The workflow versions this worker has read; versions never change.
final class Definitions: Sendable {
    /// How many are kept.
    static let capacity = 256

    private let store: RunStore
    private let known = Mutex<[VersionID: WorkflowDefinition]>([:])

    init(_ store: RunStore) { self.store = store }

    /// The definition of a version.
    ///
    /// - Throws: `JobFailure` when this worker does not understand the file, which a newer one may.
    func definition(_ version: VersionID) async throws -> WorkflowDefinition {
        if let definition = known.withLock({ $0[version] }) { return definition }
        let stored = try await store.version(version)
        do {
            let definition = try WorkflowFile.parse(Array(stored.source.utf8), name: stored.workflow, isKept: true)
            known.withLock { known in
                if known.count >= Self.capacity { known.removeAll() }
                known[version] = definition
            }
            return definition
        } catch {
            throw JobFailure(code: "workflow-not-understood", message: "this worker cannot read the workflow: \(error)")
        }
    }
}
