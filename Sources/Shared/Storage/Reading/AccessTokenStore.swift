package import Digests
package import Postgres

/// Keeps who may use the HTTP API, by the digests of their tokens; it never sees a token.
package struct AccessTokenStore: Sendable {
    /// A token that lets in, without anything one could log in with.
    package struct Entry: Equatable, Sendable {
        /// Whom it was given to.
        package var name: String
        /// The first 8 hexadecimal digits of its digest, to tell tokens of one name apart.
        package var digestPrefix: String
        package var createdAt: Timestamp
    }

    /// The most tokens of one answer.
    package static let maximumEntries = 1000

    private let pool: PostgresPool

    package init(_ pool: PostgresPool) { self.pool = pool }

    /// Whom a token was given to, and what it decides.
    package struct Holder: Equatable, Sendable {
        package var name: String
        /// Of which teams' runs it decides; nil for all.
        package var teams: [String]?
        /// The roles it decides in; nil for all.
        package var roles: [String]?

        package init(name: String, teams: [String]? = nil, roles: [String]? = nil) {
            self.name = name
            self.teams = teams
            self.roles = roles
        }
    }

    /// The holder of the token with this digest; nil when it lets nobody in.
    package func holder(of digest: SHA256Digest) async throws -> Holder? {
        try await pool.query(Statement.findAccessToken, [.bytes(digest.bytes)]).rows.first.map { row in
            Holder(
                name: try row.string("name"),
                teams: try row.optionalString("teams") == nil ? nil : try row.texts("teams"),
                roles: try row.optionalString("roles") == nil ? nil : try row.texts("roles")
            )
        }
    }

    /// The name of the token with this digest; nil when it lets nobody in.
    package func name(of digest: SHA256Digest) async throws -> String? { try await holder(of: digest)?.name }

    /// Lets a token in.
    ///
    /// - Returns: False when it was let in before, under whatever name.
    package func add(
        _ digest: SHA256Digest,
        name: String,
        teams: [String]? = nil,
        roles: [String]? = nil,
        now: String? = nil
    ) async throws -> Bool {
        let result = try await pool.query(
            Statement.addAccessToken,
            [
                .bytes(digest.bytes), .text(name), .optional(now), teams.map { .array($0) } ?? .null,
                roles.map { .array($0) } ?? .null,
            ]
        )
        return !result.rows.isEmpty
    }

    /// The tokens that let in, oldest first, at most `maximumEntries`.
    package func entries() async throws -> [Entry] {
        try await pool.query(Statement.listAccessTokens, [.integer(Self.maximumEntries)]).rows.map { row in
            Entry(
                name: try row.string("name"),
                digestPrefix: try row.string("digest_prefix"),
                createdAt: try row.timestamp("created_us")
            )
        }
    }
}
