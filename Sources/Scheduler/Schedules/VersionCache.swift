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

    subscript(id: VersionID) -> Entry? {
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
