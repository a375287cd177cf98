package import Digests
package import JobModel

/// The digest that says two steps are the same step.
///
/// It chains: it covers the step's own request and the fingerprint of what came before, so a changed request changes
/// every fingerprint behind it and none before it. The rules for an agent:
///
/// ```
///   turn 1 ──► turn 2 ──► turn 3           a turn chains on the turn before it
///     │          ├─► call 2.1              every tool call of a turn chains on that turn,
///     └─► 1.1    └─► call 2.2              never on another call: they may end in any order
/// ```
///
/// The results of a turn's calls are part of the next turn's request, and so of its fingerprint. What varies without
/// meaning (times, request ids, retry counters, transport headers) must not be in the request.
///
/// Fingerprints are never computed in another way: every checkpoint in the world would be orphaned. A test pins them.
package struct Fingerprint: Hashable, Sendable {
    /// The 32 bytes.
    package let digest: SHA256Digest

    /// The fingerprint of a step.
    ///
    /// It is the SHA-256 of, in this order: the 15 bytes `chassis-step-v1`; the fingerprint of what came before, or 32
    /// zero bytes; the kind and then the canonical JSON of the request, each behind its length in bytes as 64 bits,
    /// most significant first.
    ///
    /// - Parameters:
    ///   - kind: What sort of step it is.
    ///   - request: All that decides the result: endpoint, model, settings, tools, schemas, effect, messages.
    ///   - previous: The fingerprint of what came before; nil for the first step of a job.
    package init(kind: StepKind, request: JSONValue, after previous: Fingerprint?) {
        var hash = SHA256()
        hash.update("chassis-step-v1".utf8)
        hash.update(previous?.digest.bytes ?? Array(repeating: 0, count: SHA256Digest.byteCount))
        for part in [Array(kind.rawValue.utf8), request.encoded(.canonical)] {
            withUnsafeBytes(of: UInt64(part.count).bigEndian) { hash.update($0) }
            hash.update(part)
        }
        digest = hash.finalize()
    }

    /// The fingerprint written as exactly 64 lower-case hex digits, or nil for any other text.
    package init?(hex: String) {
        guard let digest = SHA256Digest(hex: hex) else { return nil }
        self.digest = digest
    }

    init?(hex: some Collection<UInt8>) {
        guard let digest = SHA256Digest(hex: hex) else { return nil }
        self.digest = digest
    }

    /// The fingerprint as 64 lower-case hex digits.
    package var hex: String { digest.hex }
}

extension Fingerprint: CustomStringConvertible {
    /// The fingerprint as 64 lower-case hex digits.
    package var description: String { hex }
}
