/// What went wrong with one backfill.
struct BackfillFault: Error, CustomStringConvertible {
    let id: Int64
    let reason: String

    var description: String { "backfill \(id): \(reason)" }
}
