import Postgres

/// No session could begin, for a reason that may pass.
struct SessionNotBegun: Error, CustomStringConvertible {
    let cause: PostgresError

    var description: String { "no session can begin: \(cause.reason); check --postgres, or CHASSIS_POSTGRES" }
}
