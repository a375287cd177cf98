/// One step of the schema; steps only go forward.
package struct Migration: Equatable, Sendable {
    /// Counted from 1 without gaps.
    package let number: Int
    package let name: String
    package let sql: String

    /// All migrations this program knows, in order.
    ///
    /// One that was shipped is never edited.
    package static let all: [Migration] = [
        Migration(number: 1, name: "begin", sql: String(decoding: PackageResources.m0001_begin_sql, as: UTF8.self)),
        Migration(
            number: 2,
            name: "know_what_is_needed",
            sql: String(decoding: PackageResources.m0002_know_what_is_needed_sql, as: UTF8.self)
        ),
    ]

    /// The schema this program needs.
    package static var newest: Int { all.count }
}
