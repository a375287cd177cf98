import JobModel
import Storage
import Synchronization
import Workflow

/// The versions of workflows that were used last.
final class VersionCache: Sendable {
    struct Entry: Sendable {
        let definition: WorkflowDefinition
        let source: String
    }

    private let limit: Int
    private let entries = Mutex<[VersionID: Entry]>([:])

    init(limit: Int) { self.limit = limit }

    /// A version, read where it is not known yet.
    func entry(
        _ id: VersionID,
        of workflow: String,
        read: (VersionID) async throws -> RunStore.Version
    ) async throws -> Entry {
        if let known = self[id] { return known }
        let source = try await read(id).source
        let definition = try WorkflowFile.parse(Array(source.utf8), name: workflow, isKept: true)
        let entry = Entry(definition: definition, source: source)
        self[id] = entry
        return entry
    }

    private subscript(id: VersionID) -> Entry? {
        get { entries.withLock { $0[id] } }
        set {
            entries.withLock { entries in
                // A version never changes; which one goes when there is no room matters little.
                if entries.count >= limit, let any = entries.keys.first { entries[any] = nil }
                entries[id] = newValue
            }
        }
    }
}
