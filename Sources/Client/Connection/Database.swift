import Access
import Postgres
import Storage

/// The database itself, for the two things that are done before a scheduler runs: migrating, and letting in the first
/// token.
struct Database: Sendable {
    /// A libpq URL or connection string.
    let url: String

    /// Makes the migrations that are missing.
    ///
    /// - Returns: Their names, in order; empty when the schema was up to date.
    /// - Throws: `ClientError.database`.
    func migrate() async throws -> [String] {
        try await explained {
            let connection = try await PostgresConnection.connect(
                .init(conninfo: url, applicationName: Self.applicationName)
            )
            do {
                let made = try await Migrator().migrate(connection)
                await connection.close()
                return made.map { "\($0.number) \($0.name)" }
            } catch {
                await connection.close()
                throw error
            }
        }
    }

    /// Checks that the schema is the one that this program knows.
    func check() async throws {
        try await explained {
            let connection = try await PostgresConnection.connect(
                .init(conninfo: url, applicationName: Self.applicationName)
            )
            do {
                try await Migrator().check(connection)
                await connection.close()
            } catch {
                await connection.close()
                throw error
            }
        }
    }

    /// Whether a model may write no statements as the role of the address.
    func isRoleTooPowerful() async throws -> Bool {
        try await explained {
            let connection = try await PostgresConnection.connect(
                .init(conninfo: url, applicationName: Self.applicationName)
            )
            do {
                let isBeyondSQL = try await ServerRole.isBeyondSQL(on: connection)
                await connection.close()
                return isBeyondSQL
            } catch {
                await connection.close()
                throw error
            }
        }
    }

    /// Lets a token in; one that is let in already stays so.
    func add(
        _ token: AccessToken,
        name: String,
        teams: [String]? = nil,
        roles: [String]? = nil
    ) async throws {
        try await explained {
            let pool = PostgresPool(.init(conninfo: url, applicationName: Self.applicationName), size: 1)
            do {
                _ = try await AccessTokenStore(pool).add(token.digest, name: name, teams: teams, roles: roles)
                await pool.close()
            } catch {
                await pool.close()
                throw error
            }
        }
    }

    private static let applicationName = "chassis"

    private func explained<Value: Sendable>(_ body: () async throws -> Value) async throws -> Value {
        do {
            return try await body()
        } catch let error as PostgresError {
            throw ClientError.database(Self.text(error))
        } catch let error as StorageError {
            throw ClientError.database("\(error)")
        }
    }

    /// Whoever gives the address of a database may read what its server says.
    private static func text(_ error: PostgresError) -> String {
        let reason = error.debugDescription.split(whereSeparator: \.isWhitespace).joined(separator: " ")
        guard case .connectionRefused = error else { return reason }
        return "\(reason); check that the server runs and the address in --postgres or CHASSIS_POSTGRES"
    }
}
