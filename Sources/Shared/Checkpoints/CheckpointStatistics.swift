/// What the checkpoints did for one attempt.
package struct CheckpointStatistics: Hashable, Sendable {
    /// How many records the attempt inherited.
    package var inherited: Int
    /// How many different records were found by a lookup, so many steps did not run again.
    package var replayed: Int
    /// How many steps the attempt has recorded itself.
    package var recorded: Int
    /// How often a step may have been lost to damage in the store.
    package var damaged: Int

    /// Statistics with these numbers, by default all zero.
    package init(inherited: Int = 0, replayed: Int = 0, recorded: Int = 0, damaged: Int = 0) {
        self.inherited = inherited
        self.replayed = replayed
        self.recorded = recorded
        self.damaged = damaged
    }
}
