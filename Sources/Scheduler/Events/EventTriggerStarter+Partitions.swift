import JobModel
import Postgres
import Storage
import Workflow

/// Runs for partitions that somebody names.
extension EventTriggerStarter {
    /// The run of a partition: it takes the newest update of each of the trigger's assets there, as far as it is kept and
    /// counts.
    ///
    /// - Throws: `ExpressionError` or `Problem` when its params cannot be made of that.
    func submission(
        version: VersionID,
        workflow: String,
        trigger: String,
        partition: String,
        on connection: PostgresConnection
    ) async throws -> RunStore.Submission {
        let (entry, definition) = try await self.definition(version, workflow, trigger, on: connection)
        let updates = try await AssetStore.newestUpdates(
            of: definition.assets,
            partition: partition,
            team: entry.definition.team ?? SubmissionRequest.defaultTeam,
            on: connection
        )
        let counted = updates.filter { update in
            // One about which it cannot be said does not count.
            (try? definition.accepts(update.json)) ?? false
        }
        return try definition.submission(
            of: entry.definition,
            source: entry.source,
            TriggerFacts(partition: partition, events: counted.map(\.json))
        )
    }
}
