import Checkpoints
import Digests
import JobModel
import Synchronization

/// The files of an agent's job.
///
/// There is no directory, so nothing to escape from: a file is a name and a blob in the store. Which files there are
/// follows from the recorded calls alone, so an attempt that goes on from checkpoints has the same ones. Of two calls that
/// write the same file, the later position wins, whichever ended first.
///
/// Calls run at once, so each takes its name before it writes: of two that would make one name a file and a folder, the
/// second is told. Recorded calls are noted as they are; where an attempt was told of less than another had recorded, or an
/// older worker did not look, both are there.
final class FileFolder: Sendable {
    static let maximumFiles = 1000
    static let maximumFileBytes = 4 << 20
    static let maximumBytes = 64 << 20

    private struct File {
        let blob: BlobReference
        let position: StepPosition
    }

    /// What a call under way is about to write.
    private struct Reservation: Equatable {
        let name: String
        let byteCount: Int
    }

    private struct State {
        var files: [String: File] = [:]
        var reservations: [Reservation] = []

        /// The bytes of all files, by name, with what is about to be written.
        var byteCounts: [String: Int] {
            reservations.reduce(into: files.mapValues(\.blob.byteCount)) { counts, reservation in
                counts[reservation.name] = max(counts[reservation.name] ?? 0, reservation.byteCount)
            }
        }

        mutating func release(_ reservation: Reservation) {
            guard let place = reservations.firstIndex(of: reservation) else { return }
            reservations.remove(at: place)
        }
    }

    private let state = Mutex(State())

    /// Takes a name for a call that is about to write the file.
    ///
    /// - Returns: Why it cannot be written; nil when it can. The name is then taken until the call is noted, or released.
    func reserve(_ name: String, byteCount: Int) -> String? {
        do throws(CheckpointError) {
            _ = try ArtifactName(name)
        } catch {
            return "\(name.debugDescription) is no name of a file: \(error)"
        }
        if byteCount > Self.maximumFileBytes {
            return "a file may have \(Self.maximumFileBytes) bytes, this has \(byteCount)"
        }
        return state.withLock { state in
            var counts = state.byteCounts
            if let other = counts.keys.filter({ Self.collide($0, name) }).min() {
                return "\(other) is there, and a name is either a file or a folder"
            }
            if counts[name] == nil, counts.count >= Self.maximumFiles {
                return "there are \(counts.count) files already"
            }
            counts[name] = nil
            let others = counts.values.reduce(0, +)
            guard others + byteCount <= Self.maximumBytes else {
                return "the files may have \(Self.maximumBytes) bytes together; the others have \(others)"
            }
            state.reservations.append(Reservation(name: name, byteCount: byteCount))
            return nil
        }
    }

    /// Gives back the name of a call that came to nothing.
    func release(_ name: String, byteCount: Int) {
        state.withLock { $0.release(Reservation(name: name, byteCount: byteCount)) }
    }

    /// Takes over what a call has written.
    ///
    /// Of two calls whose positions have no order, as those of two agents of a handler, the one noted later wins.
    func note(_ written: WrittenFile) {
        let (name, blob, position) = (written.name, written.blob, written.position)
        state.withLock { state in
            state.release(Reservation(name: name, byteCount: blob.byteCount))
            if let file = state.files[name], position < file.position, position.isComparable(with: file.position) {
                return
            }
            state.files[name] = File(blob: blob, position: position)
        }
    }

    /// What was written inside of a call, and stands.
    func written(inside call: StepPosition) -> [WrittenFile] {
        state.withLock { state in
            state.files.filter { $1.position.isInside(call) }
                .map { WrittenFile(name: $0, blob: $1.blob, position: $1.position) }
        }.sorted { $0.name < $1.name }
    }

    func blob(of name: String) -> BlobReference? { state.withLock { $0.files[name]?.blob } }

    /// All names with their files, by name.
    var all: [(name: String, blob: BlobReference)] {
        state.withLock { state in state.files.map { ($0.key, $0.value.blob) } }.sorted { $0.0 < $1.0 }
    }

    /// All names with their files, what was written later first.
    var latestFirst: [(name: String, blob: BlobReference)] {
        state.withLock { $0.files.sorted { $1.value.position < $0.value.position }.map { ($0.key, $0.value.blob) } }
    }

    /// Whether one of the two names would have the other one as a folder.
    private static func collide(_ name: String, _ other: String) -> Bool {
        name.hasPrefix(other + "/") || other.hasPrefix(name + "/")
    }
}
