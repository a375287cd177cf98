import Synchronization

/// Which servers need the handshake, as far as a worker has learned: they are spared the question they do not know.
package final class MCPForms: Sendable {
    private let needing = Mutex<Set<String>>([])

    package init() {}

    func needsHandshake(_ name: String) -> Bool { needing.withLock { $0.contains(name) } }

    func learn(_ name: String, needsHandshake: Bool) {
        needing.withLock { needing in
            if needsHandshake { needing.insert(name) } else { needing.remove(name) }
        }
    }
}
