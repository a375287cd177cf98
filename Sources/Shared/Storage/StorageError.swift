package import JobModel

/// What can go wrong between a program and its database, beyond the connection itself.
package enum StorageError: Error, Equatable, CustomStringConvertible {
    /// The caller no longer holds the lease it wrote under; another worker may be running the job.
    case leaseLost(JobID, LeaseEpoch)
    /// The session has ended; nothing may be written for it any more.
    case sessionEnded(SessionID)
    /// The database was never migrated, or is behind this program.
    case schemaTooOld(found: Int, needed: Int)
    /// A newer program has migrated the database.
    case schemaTooNew(found: Int, supported: Int)
    /// A migration in the database is not the one this program knows by its number.
    case migrationDiffers(number: Int, name: String)
    /// The server is older than this program supports.
    case serverTooOld(found: Int, needed: Int)
    /// There is no way to the database.
    case unreachable(reason: String)
    /// The server accepts no writes: it is a standby, or set so.
    case serverReadOnly
    /// The database cannot hold every text.
    case encodingUnfit(found: String)
    /// The database does not let its user do what this program needs.
    case notPermitted(reason: String)
    /// There is a schema of our name that no migration has made.
    case schemaForeign
    /// There is no such version; its run cannot be read.
    case versionMissing(VersionID)
    /// Something else was told of, or submitted, under this idempotency key before.
    case idempotencyKeyUsed(key: String, by: String)

    package var description: String {
        switch self {
        case .leaseLost(let id, let epoch):
            "lease lost: job \(id) is no longer held under epoch \(epoch)"
        case .sessionEnded(let id):
            "session \(id) has ended: its lease ran out or its process was taken for dead"
        case .schemaTooOld(let found, let needed):
            "the database schema is at version \(found), this program needs \(needed); run: chassis migrate --postgres URL"
        case .schemaTooNew(let found, let supported):
            "the database schema is at version \(found), this program supports up to \(supported); upgrade the program first"
        case .migrationDiffers(let number, let name):
            "migration \(number) (\(name)) in the database is not the one this program knows; "
                + "use the program that made it, or another database"
        case .serverTooOld(let found, let needed):
            "the server is PostgreSQL \(found / 10000).\(found % 10000), this program needs \(needed) or newer; upgrade it"
        case .unreachable(let reason):
            "no connection to the database: \(reason); check --postgres, or CHASSIS_POSTGRES"
        case .serverReadOnly:
            "the server accepts no writes: it is a standby or set to read-only; "
                + "give the primary's address or several hosts with target_session_attrs=read-write"
        case .encodingUnfit(let found):
            "the database has the encoding \(found), this program needs UTF8; "
                + "make one with: createdb --encoding UTF8 --template template0 NAME"
        case .notPermitted(let reason):
            "the database does not let this user in: \(reason); name the user that owns its schema chassis"
        case .schemaForeign:
            "the database has a schema chassis that chassis migrate has not made; use another database, or drop it first"
        case .versionMissing(let id):
            "workflow version \(id) is not in the database"
        case .idempotencyKeyUsed(let key, let holder):
            "the idempotency key \"\(key)\" is that of \(holder) already; take another one for this, or leave it out"
        }
    }
}
