import Client
import Glibc

/// The `chassis` command for people.
@main struct Main {
    static func main() async {
        // A reader that goes away is noticed where we write.
        signal(SIGPIPE, SIG_IGN)
        exit(await Program.run().rawValue)
    }
}
