/// A place in the journals of a job, and of those jobs of other runs that it took over, to which they are read.
///
/// Journals are only added to, so what stands before the place stays what it is.
package struct JournalCut: Hashable, Sendable {
    /// The run of the journal in which the place lies.
    package let run: RunID
    /// The epoch of that journal.
    package let epoch: LeaseEpoch
    /// How many bytes of that journal stand before it, whole lines all of them.
    package let byteCount: Int

    package init(run: RunID, epoch: LeaseEpoch, byteCount: Int) {
        self.run = run
        self.epoch = epoch
        self.byteCount = byteCount
    }
}

extension JournalCut {
    private enum Key {
        static let run = "run"
        static let epoch = "epoch"
        static let byteCount = "bytes"
    }

    /// The place as it is kept, and handed from one process to another.
    package var json: JSONValue {
        [
            Key.run: .integer(run.rawValue), Key.epoch: .integer(epoch.rawValue),
            Key.byteCount: .integer(Int64(byteCount)),
        ]
    }

    /// Nil for what is no place.
    package init?(json: JSONValue) {
        guard let run = json[Key.run]?.integerValue, let epoch = json[Key.epoch]?.integerValue,
            let byteCount = json[Key.byteCount]?.integerValue, byteCount >= 0
        else { return nil }
        self.init(run: RunID(rawValue: run), epoch: LeaseEpoch(rawValue: epoch), byteCount: Int(byteCount))
    }
}
