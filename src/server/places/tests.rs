use futures_util::FutureExt;

use super::streams::NoStream;
use super::*;

fn places(connections: usize, per_address: usize) -> Places {
    let bounds = Bounds {
        connections,
        per_address: Some(per_address),
        ..Bounds::default()
    };
    let proxy = "198.51.100.0/24".parse().expect("a network");
    Places::new(bounds, TrustedProxies::new(vec![proxy]))
}

fn enter(places: &Places, address: &str) -> Place {
    places.enter(SocketAddr::new(address.parse().expect("an address"), 4711))
}

fn has_lost(place: &Place) -> bool {
    place.lost().now_or_never().is_some()
}

fn connections(places: &Places) -> usize {
    places.0.lock().connections
}

#[test]
fn one_address_has_its_share_and_takes_nobody_elses() {
    let places = places(100, 2);
    let other = enter(&places, "203.0.113.8");
    let first = enter(&places, "203.0.113.7");
    let second = enter(&places, "::ffff:203.0.113.7");
    assert!(!has_lost(&first));
    let third = enter(&places, "203.0.113.7");
    assert!(has_lost(&first) && !has_lost(&second) && !has_lost(&other));
    drop(second);
    let _fourth = enter(&places, "203.0.113.7");
    assert!(!has_lost(&third));
    drop((first, third));
    assert_eq!(connections(&places), 2);
}

#[test]
fn a_network_of_ipv6_shares_and_this_machine_and_proxies_do_not() {
    let places = places(100, 1);
    let one = enter(&places, "2001:db8:1:2::1");
    let _elsewhere = enter(&places, "2001:db8:1:3::1");
    assert!(!has_lost(&one));
    let _same = enter(&places, "2001:db8:1:2:ffff::9");
    assert!(has_lost(&one));
    for exempt in [
        "127.0.0.1",
        "::1",
        "::ffff:127.0.0.1",
        "198.51.100.4",
        "::ffff:198.51.100.4",
    ] {
        let (one, _two) = (enter(&places, exempt), enter(&places, exempt));
        assert!(!has_lost(&one), "{exempt}");
    }
}

#[test]
fn a_newcomer_never_waits_and_no_more_have_a_place_than_there_are() {
    let places = places(64, 64);
    let mut all: Vec<Place> = (0..64).map(|_| enter(&places, "127.0.0.1")).collect();
    let gateway = all[0].peer();
    gateway.asks();
    gateway.is_gateway(&TokenHash([7; 32]));
    gateway.is_answered();
    let person = all[1].peer();
    person.asks();
    person.is_person(Uuid::now_v7());
    all.extend((0..500).map(|_| enter(&places, "127.0.0.1")));
    assert!(connections(&places) <= 64);
    let (known, unknown) = all.split_at(2);
    assert!(!known.iter().any(has_lost));
    assert!(unknown[..62].iter().all(has_lost));
    assert!(!unknown[unknown.len() - 16..].iter().any(has_lost));
    drop(all);
    assert_eq!(connections(&places), 0);
    assert!(places.0.lock().by_number.is_empty());
}

#[test]
fn who_asked_once_and_is_silent_then_gives_way_to_newcomers() {
    let places = places(64, 64);
    let asked_once = |_| {
        let place = enter(&places, "127.0.0.1");
        place.peer().asks();
        place.peer().is_answered();
        place
    };
    let idle: Vec<Place> = (0..200).map(asked_once).collect();
    let newcomer = enter(&places, "127.0.0.1");
    let _more: Vec<Place> = (0..200).map(asked_once).collect();
    assert!(idle.iter().all(has_lost));
    assert!(!has_lost(&newcomer));
}

#[test]
fn silent_ones_are_late_sooner_where_places_are_scarce() {
    let bounds = Bounds {
        connections: 8,
        first_head: Duration::ZERO,
        ..Bounds::default()
    };
    let places = Places::new(bounds, TrustedProxies::default());
    let silent: Vec<Place> = (0..4).map(|_| enter(&places, "127.0.0.1")).collect();
    assert!(!silent.iter().any(has_lost));
    let _fifth = enter(&places, "127.0.0.1");
    assert!(silent.iter().all(has_lost));
}

#[test]
fn a_stream_has_a_place_of_its_own_and_a_person_eight() {
    let places = places(64, 64);
    let (ann, ben) = (Uuid::now_v7(), Uuid::now_v7());
    let all: Vec<Place> = (0..10).map(|_| enter(&places, "203.0.113.7")).collect();
    let streams: Vec<_> = all[..8]
        .iter()
        .map(|place| place.peer().stream_of(ann).ok().expect("a place"))
        .collect();
    assert_eq!(connections(&places), 2);
    assert_eq!(all[8].peer().stream_of(ann).err(), Some(NoStream::OfPerson(8)));
    assert!(all[9].peer().stream_of(ben).is_ok());
    assert_eq!(connections(&places), 2);
    drop(streams);
    assert_eq!(connections(&places), 10);
    assert!(all[8].peer().stream_of(ann).is_ok());
    drop(all);
    let taken = places.0.lock();
    assert_eq!((taken.connections, taken.streams), (0, 0));
    assert!(taken.by_person.is_empty() && taken.by_address.is_empty());
}

#[test]
fn a_connection_that_ends_with_its_stream_leaves_nothing() {
    let places = places(2, 2);
    let place = enter(&places, "203.0.113.7");
    let stream = place.peer().stream_of(Uuid::now_v7()).ok().expect("a place");
    drop(place);
    drop(stream);
    let taken = places.0.lock();
    assert_eq!((taken.connections, taken.streams), (0, 0));
    assert!(taken.by_number.is_empty() && taken.by_address.is_empty());
}
