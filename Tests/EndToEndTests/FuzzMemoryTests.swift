import TestSupport
import Testing

/// What reads inputs by chance is held to a bound of memory, also where the system's own does not go with a sanitizer.
@Suite(.serialized) struct FuzzMemoryTests {
    private static func fuzz(_ parser: String, resident: Int, in folder: Folder) -> ChildProcess {
        ChildProcess([
            Programs.path("chassis-fuzz"), "--only", parser, "--memory", "0", "--resident", "\(resident)", "--minutes",
            "0.01", "--seed", "1", "--keep", folder.path,
        ])
    }

    @Test(.timeLimit(.minutes(5))) func anInputThatTakesMemoryWithoutEndIsReported() async {
        let folder = Folder()
        let fuzz = Self.fuzz("hungry", resident: 300, in: folder)
        #expect(await fuzz.ended() == .exited(1), "\(fuzz.output)")
        let told = "hungry FAILED: takes more than 300 MiB of memory; an input of 1 bytes, of 10, is in"
        #expect(fuzz.output.contains(told), "\(fuzz.output)")
        folder.remove()
    }

    @Test(.timeLimit(.minutes(5))) func whatKeepsWithinTheBoundIsRead() async {
        let folder = Folder()
        let fuzz = Self.fuzz("cron", resident: 4096, in: folder)
        #expect(await fuzz.ended() == .exited(0), "\(fuzz.output)")
        #expect(fuzz.output.contains("parsers=1 failed=0"), "\(fuzz.output)")
        folder.remove()
    }
}
