/// Why there is no such time zone.
package enum ZoneError: Error, Equatable, CustomStringConvertible {
    /// The name is not one of the time zone database; `near` is the name that was probably meant.
    case unknown(name: String, near: String?)
    /// The system has no time zone database.
    case noDatabase(directory: String)
    /// The file of the zone cannot be read or understood.
    case damaged(name: String, reason: String)

    package var description: String {
        switch self {
        case .unknown(let name, _): "there is no time zone \"\(name)\""
        case .noDatabase(let directory):
            "there is no time zone database at \(directory); install the package tzdata"
        case .damaged(let name, let reason): "the time zone \"\(name)\" cannot be read: \(reason)"
        }
    }

    /// What to write instead, if we know.
    package var hint: String? {
        switch self {
        case .unknown(_, let near?): "did you mean \(near)?"
        case .unknown: "write a name of the time zone database, such as Europe/Berlin or UTC"
        case .noDatabase, .damaged: nil
        }
    }
}
