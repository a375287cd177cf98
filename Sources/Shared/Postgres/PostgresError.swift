/// Why the database did not do what it was asked.
///
/// `description` is safe to show to anyone; what the server said and where it is are in `debugDescription`.
package enum PostgresError: Error, Equatable {
    /// The connection string cannot be read; its text is not repeated, since it may hold a password.
    case invalidConnectionString
    /// No connection came about: the server is away, starting, full, or refuses the user.
    case connectionRefused(reason: String)
    /// The connection broke. Whether a statement that was under way took effect is unknown.
    case connectionLost(reason: String)
    /// The connection or pool was closed by this program before the statement was sent or answered.
    case closed
    /// The server refused a statement; what belonged to the same transaction is rolled back.
    case server(sqlState: String, message: String, detail: String?, constraint: String?)
    /// The statements between begin and commit had failed, so the server rolled back instead of committing.
    case transactionRolledBack
    /// A transaction was begun inside a transaction of the same connection.
    case nestedTransaction
    /// A parameter or statement that cannot be sent; `index` counts from 1, 0 stands for the statement's text.
    case badParameter(index: Int, reason: String)
    /// The result has no such column.
    case badColumn(String)
    /// The column's value is `NULL` or is not of the type asked for.
    case badValue(column: String, expected: String)
    /// The statement started an exchange that this way of sending it cannot carry out, such as `COPY`.
    case unsupportedReply(String)

    /// SQLSTATE of a write on a server that accepts none.
    package static let readOnlyTransaction = "25006"

    /// The five-character code of the server's error or, for connection errors, of the SQL standard's class 08.
    package var sqlState: String? {
        switch self {
        case .server(let sqlState, _, _, _): sqlState
        case .connectionRefused: "08001"
        case .connectionLost: "08006"
        case .closed: "08003"
        case .invalidConnectionString, .transactionRolledBack, .nestedTransaction, .badParameter, .badColumn,
            .badValue, .unsupportedReply:
            nil
        }
    }

    /// The name of the constraint that a write broke.
    package var constraint: String? {
        guard case .server(_, _, _, let constraint) = self else { return nil }
        return constraint
    }

    /// What is behind the error, for the operator: the server's or libpq's own words, which hold no password.
    package var reason: String {
        switch self {
        case .connectionRefused(let reason), .connectionLost(let reason): reason
        default: debugDescription
        }
    }

    /// Whether the way to the server is at fault, so another connection may do better.
    package var isConnectionError: Bool {
        switch self {
        case .connectionRefused, .connectionLost, .closed: true
        case .server(let sqlState, _, _, _):
            // Shutdowns and starting up, and a former primary that has become a standby.
            sqlState.hasPrefix("08") || sqlState.hasPrefix("57P") || sqlState == Self.readOnlyTransaction
        case .invalidConnectionString, .transactionRolledBack, .nestedTransaction, .badParameter, .badColumn,
            .badValue, .unsupportedReply:
            false
        }
    }

    /// Whether the server refused a value, so that the same statement with the same values is refused again.
    package var isRefusalOfData: Bool {
        if case .badParameter = self { return true }
        guard case .server(let sqlState, _, _, _) = self else { return false }
        return sqlState.hasPrefix("22") || sqlState.hasPrefix("23")
    }

    /// Whether others had for too long what the statement needed, or it took too long itself.
    ///
    /// Timeouts of locks and of statements, deadlocks and serialization failures; another statement need not meet that.
    package var isHeldUp: Bool {
        guard case .server(let sqlState, _, _, _) = self else { return false }
        return sqlState.hasPrefix("40") || sqlState == "55P03" || sqlState == "57014"
    }

    /// Whether the same statement may succeed when it is sent again: connection errors, serialization failures,
    /// deadlocks, lock timeouts and a server short of resources.
    package var isTransient: Bool {
        if isConnectionError { return true }
        guard case .server(let sqlState, _, _, _) = self else { return false }
        return sqlState.hasPrefix("40") || sqlState.hasPrefix("53") || sqlState == "55P03"
    }
}

extension PostgresError: CustomStringConvertible, CustomDebugStringConvertible {
    package var description: String {
        switch self {
        case .invalidConnectionString:
            "the database connection string cannot be read; check its quoting and option names"
        case .connectionRefused:
            "no connection to the database server"
        case .connectionLost:
            "the connection to the database server was lost"
        case .closed:
            "the database connection is closed"
        case .server(Self.readOnlyTransaction, _, _, _):
            "the database accepts no writes: it is a standby or set to read-only (SQLSTATE \(Self.readOnlyTransaction))"
        case .server(let sqlState, _, _, let constraint):
            if let constraint {
                "the database refused a statement: SQLSTATE \(sqlState), constraint \(constraint)"
            } else {
                "the database refused a statement: SQLSTATE \(sqlState)"
            }
        case .transactionRolledBack:
            "the transaction was rolled back because a statement in it had failed"
        case .nestedTransaction:
            "a transaction was begun inside a transaction; use the connection of the outer one"
        case .badParameter(let index, let reason):
            index == 0 ? "the statement cannot be sent: \(reason)" : "parameter $\(index) cannot be sent: \(reason)"
        case .badColumn(let column):
            "the result has no column \(column)"
        case .badValue(let column, let expected):
            "the value of column \(column) is not \(expected)"
        case .unsupportedReply(let reply):
            "the statement cannot be sent this way: the server answered with \(reply)"
        }
    }

    package var debugDescription: String {
        switch self {
        case .connectionRefused(let reason), .connectionLost(let reason):
            "\(description): \(reason)"
        case .server(_, let message, let detail, _):
            if let detail { "\(description): \(message) (\(detail))" } else { "\(description): \(message)" }
        case .invalidConnectionString, .closed, .transactionRolledBack, .nestedTransaction, .badParameter, .badColumn,
            .badValue, .unsupportedReply:
            description
        }
    }
}
