import Checkpoints
import Hummingbird
import JobModel
import Postgres
import Storage
import Workflow

/// What callers hear of the errors of the modules below.
extension Problem {
    /// SQLSTATE of a text that the database cannot hold.
    private static let unstorableTexts: Set<String> = ["22P05", "22021"]
    /// SQLSTATE of a statement that took too long.
    private static let queryCanceled = "57014"

    /// The problem that an error is to the caller.
    ///
    /// What nobody foresaw becomes `internal-error`, whose text tells nothing of the inside.
    init(_ error: any Error) {
        switch error {
        case let problem as Problem: self = problem
        case let error as JSONParseError: self.init(.malformedJSON, "\(error)")
        case let error as HTTPError where error.status == .notFound:
            self.init(.pathNotFound, "there is nothing at this address; docs/api.md lists what there is")
        case let error as any HTTPResponseError where (400..<500).contains(error.status.code):
            self.init(.badRequest, "the request cannot be understood")
        case let error as PostgresError: self.init(error)
        case let error as StorageError: self.init(error)
        case let error as CheckpointError: self.init(error)
        case is CancellationError:
            self = .unavailable(.databaseUnavailable, "the scheduler is stopping; ask another one, or again")
        default:
            self.init(.internalError, "the scheduler met an error it does not know; its log has the reason")
        }
    }

    private init(_ error: PostgresError) {
        switch error {
        case .badParameter:
            self.init(.badRequest, "a text holds the character U+0000, which cannot be stored; leave it out")
        case .server(let state, _, _, _) where Self.unstorableTexts.contains(state):
            self.init(.badRequest, "a text holds the character U+0000, which cannot be stored; leave it out")
        case .server(Self.queryCanceled, _, _, _):
            self = .unavailable(.databaseUnavailable, "the database took too long; ask for less, or again")
        case .server(PostgresError.readOnlyTransaction, _, _, _):
            self.init(StorageError.serverReadOnly)
        case _ where error.isTransient:
            self = .unavailable(.databaseUnavailable, "\(error); ask again")
        default:
            self.init(.internalError, "the database refused a statement; the scheduler's log has the reason")
        }
    }

    private init(_ error: StorageError) {
        switch error {
        case .schemaTooOld, .schemaTooNew, .schemaForeign, .migrationDiffers, .serverTooOld, .serverReadOnly,
            .encodingUnfit,
            .notPermitted:
            self = .unavailable(.schemaUnfit, "\(error)")
        case .unreachable:
            // Where the database is, is nobody's business but the operator's.
            self = .unavailable(.databaseUnavailable, "no connection to the database; ask again")
        case .leaseLost, .sessionEnded, .versionMissing:
            self.init(.internalError, "\(error)")
        case .idempotencyKeyUsed: self.init(.idempotencyKeyUsed, "\(error)")
        }
    }

    private init(_ error: CheckpointError) {
        switch error {
        case .blobMissing, .blobDamaged:
            self.init(.outputDamaged, "the stored output cannot be read: \(error)")
        default:
            self = .unavailable(.storeUnavailable, "\(error)")
        }
    }
}
