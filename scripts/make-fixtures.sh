#!/usr/bin/env bash
# Makes the small films the tests read (apps/server/test/fixtures/films, each ≤ 30 kB) and the demo film
# (apps/server/src/main/demo/assets/sample-film.mp4). Their results are committed: neither the product nor its tests
# need ffmpeg. Run it again only to change them; on one version of ffmpeg two runs give the same bytes.
#
#   scripts/make-fixtures.sh [films | stream | demo]      all when left out
#
# Needs ffmpeg ≥ 5 with libx264, libvpx and libopus, and the DejaVu fonts: apt-get install ffmpeg fonts-dejavu-core
set -euo pipefail

top=$(cd "$(dirname "$0")/.." && pwd)
films="$top/apps/server/test/fixtures/films"
demo="$top/apps/server/src/main/demo/assets"
fonts=/usr/share/fonts/truetype/dejavu

# One thread and no dates or version strings: the same input gives the same bytes.
encode() { ffmpeg -hide_banner -loglevel error -nostdin -y "$@"; }
exact=(-threads 1 -fflags +bitexact -flags:v +bitexact -flags:a +bitexact -map_metadata -1)

# Two seconds, 160×90, 24 frames a second, with a quiet tone.
picture=(-f lavfi -i 'testsrc2=size=160x90:rate=24:duration=2')
tone=(-f lavfi -i 'sine=frequency=440:sample_rate=48000:duration=2')
h264=(-c:v libx264 -profile:v main -pix_fmt yuv420p -preset slow -crf 42 -g 24)
aac=(-c:a aac -b:a 24k -ac 1)
vp9=(-c:v libvpx-vp9 -pix_fmt yuv420p -crf 58 -b:v 0 -g 24 -deadline good -cpu-used 2)
opus=(-c:a libopus -b:a 16k -ac 1)

make_films() {
  mkdir -p "$films"
  cd "$films"

  # What is accepted.
  encode "${picture[@]}" "${tone[@]}" "${h264[@]}" "${aac[@]}" "${exact[@]}" -movflags +faststart h264-aac.mp4
  encode -i h264-aac.mp4 -c copy "${exact[@]}" moov-at-end.mp4
  encode -i h264-aac.mp4 -c copy "${exact[@]}" -movflags +frag_keyframe+empty_moov+default_base_moof fragmented.mp4
  encode -i h264-aac.mp4 -c copy -an "${exact[@]}" -movflags +faststart silent.mp4
  encode "${picture[@]}" "${tone[@]}" "${vp9[@]}" "${opus[@]}" "${exact[@]}" vp9-opus.webm
  # Written as a browser records: no length, no index, sizes unknown.
  encode -i vp9-opus.webm -c copy "${exact[@]}" -f webm -live 1 - >live-recorded.webm

  # What is refused by its container.
  encode -i h264-aac.mp4 -c copy "${exact[@]}" matroska.mkv
  encode -i h264-aac.mp4 -c copy "${exact[@]}" quicktime.mov
  encode -i h264-aac.mp4 -c:v mpeg4 -q:v 31 -c:a mp3 -b:a 24k "${exact[@]}" riff.avi
  encode -i h264-aac.mp4 -c copy "${exact[@]}" transport-stream.ts

  # What is refused by what is inside.
  encode "${picture[@]}" -c:v mpeg4 -q:v 31 "${exact[@]}" mpeg4-part2.mp4
  encode -i h264-aac.mp4 -c:v copy -c:a ac3 -b:a 32k -ac 1 "${exact[@]}" h264-ac3.mp4
  encode -i h264-aac.mp4 -vn -c:a copy "${exact[@]}" -brand mp42 audio-only.mp4

  # What is no film, or not all of one.
  head -c "$(($(stat -c %s h264-aac.mp4) * 2 / 3))" h264-aac.mp4 >truncated.mp4
  head -c "$(($(stat -c %s vp9-opus.webm) * 2 / 3))" vp9-opus.webm >truncated.webm
  printf 'This is no film.\nIt only has the name of one.\n' >text.mp4
  ls -l "$films"
}

# A stream (HLS) of 24 seconds in one size, with two sound tracks; its list `film.m3u8` and its words are written by hand.
make_stream() {
  mkdir -p "$top/apps/server/test/fixtures/hls"
  cd "$top/apps/server/test/fixtures/hls"
  encode -f lavfi -i 'testsrc=size=160x90:rate=12:duration=24' -f lavfi -i 'sine=frequency=440:duration=24:sample_rate=22050' \
    -f lavfi -i 'sine=frequency=880:duration=24:sample_rate=22050' -map 0:v -map 1:a -map 2:a \
    -c:v libx264 -profile:v baseline -preset veryslow -crf 38 -g 24 -keyint_min 24 -sc_threshold 0 -pix_fmt yuv420p \
    -c:a aac -b:a 12k -ac 1 "${exact[@]}" -f hls -hls_time 4 -hls_playlist_type vod -hls_segment_type fmp4 -hls_flags single_file \
    -var_stream_map 'v:0,agroup:sound,name:picture a:0,agroup:sound,language:en,name:en,default:yes a:1,agroup:sound,language:ru,name:ru' %v.m3u8
}

# The demo film: 60 s, 640×360, 24 frames a second, a keyframe every 2 s. Made for checking sync by eye and ear:
# a timecode that counts frames, a ring that closes and flashes with a note on each second, 24 cells, one of them lit.
make_demo() {
  mkdir -p "$demo"
  local seconds=60 ink=0x0e0f13 panel=0x282b34 paper=0xe9e6df quiet=0x868995 amber=0xffb454 teal=0x4fd1c5
  local sans="$fonts/DejaVuSans.ttf" bold="$fonts/DejaVuSans-Bold.ttf" mono="$fonts/DejaVuSansMono-Bold.ttf"

  # The ring, drawn at twice its size for smooth edges. `a` runs from 0 to 1 clockwise from the top; 24 frames, looped.
  local r='hypot(X-159.5,Y-159.5)' a='mod(atan2(X-159.5,159.5-Y)/(2*PI)+1,1)'
  local ring="between($r,136,152)" done_="lte($a,N/24)" disc="lte($r,118)" glow='exp(-N/3)'
  local pixel="if($ring,if($done_,1,0.14),0)"
  geq_channel() { # amber part, teal part and ink of one colour channel
    echo "$3+($1-$3)*$pixel+($2-$3)*if($disc,$glow,0)"
  }
  local beat="color=c=$ink:s=320x320:r=24:d=1,format=gbrp"
  beat+=",geq=r='$(geq_channel 255 79 14)':g='$(geq_channel 180 209 15)':b='$(geq_channel 84 197 19)'"
  beat+=",scale=160:160:flags=area,loop=loop=-1:size=24,trim=duration=$seconds"

  local minutes='%{eif\:trunc(n/1440)\:d\:2}'
  local whole='%{eif\:mod(trunc(n/24),60)\:d\:2}' frames='%{eif\:mod(n,24)\:d\:2}'
  local text="drawtext=fontfile=$bold:text='WatchParty':fontsize=22:fontcolor=$amber:x=40:y=36"
  text+=",drawtext=fontfile=$sans:text='sample film':fontsize=22:fontcolor=$paper:x=194:y=36"
  text+=",drawtext=fontfile=$mono:text='$minutes\:$whole':fontsize=76:fontcolor=$paper:x=232:y=128"
  text+=",drawtext=fontfile=$mono:text='$frames':fontsize=76:fontcolor=$teal:x=490:y=128"
  text+=",drawtext=fontfile=$sans:text='minutes':fontsize=12:fontcolor=$quiet:x=252:y=219-max_glyph_a"
  text+=",drawtext=fontfile=$sans:text='seconds':fontsize=12:fontcolor=$quiet:x=390:y=219-max_glyph_a"
  text+=",drawtext=fontfile=$sans:text='frames':fontsize=12:fontcolor=$quiet:x=514:y=219-max_glyph_a"

  local cells='' tens='' i
  for ((i = 0; i < 24; i++)); do cells+="drawbox=x=$((i * 14)):y=0:w=10:h=10:color=$panel:t=fill,"; done
  for ((i = 10; i < seconds; i += 10)); do tens+=",drawbox=x=$((i * 560 / seconds)):y=0:w=2:h=6:color=$ink:t=fill"; done

  local picture="color=c=$ink:s=640x360:r=24:d=$seconds,format=gbrp,$text[words];$beat[beat];"
  picture+="color=c=$ink:s=336x10:r=24:d=$seconds,format=gbrp,${cells%,}[cells];"
  picture+="color=c=$teal:s=10x10:r=24:d=$seconds,format=gbrp[lit];"
  picture+="[cells][lit]overlay=x='mod(round(t*24),24)*14':format=gbrp[row];"
  picture+="color=c=$panel:s=560x6:r=24:d=$seconds,format=gbrp[track];"
  picture+="color=c=$amber:s=560x6:r=24:d=$seconds,format=gbrp[fill];"
  picture+="[track][fill]overlay=x='-560+560*t/$seconds':format=gbrp$tens[bar];"
  picture+="[words][beat]overlay=x=40:y=96:format=gbrp[p1];[p1][row]overlay=x=240:y=236:format=gbrp[p2];"
  picture+="[p2][bar]overlay=x=40:y=314:format=gbrp,scale=out_color_matrix=bt709:out_range=tv,format=yuv420p[video]"

  # A soft pluck on each second, four notes in turn; the first of each four is the lowest.
  local note='220*pow(2,(7*eq(mod(floor(t),4),1)+12*eq(mod(floor(t),4),2)+7*eq(mod(floor(t),4),3))/12)'
  local pluck='0.5*exp(-mod(t,1)*22)*min(1,mod(t,1)*400)'
  local sound="aevalsrc='$pluck*(sin(2*PI*2*$note*t)+0.3*sin(2*PI*4*$note*t))':s=24000:d=$seconds[sound]"

  encode -filter_complex "$picture;$sound" -map '[video]' -map '[sound]' "${exact[@]}" -t "$seconds" \
    -c:v libx264 -profile:v main -preset veryslow -tune animation -x264-params qcomp=0.7:rc-lookahead=96:bframes=8 \
    -crf 31 -g 48 -keyint_min 48 -sc_threshold 0 \
    -color_primaries bt709 -color_trc bt709 -colorspace bt709 -c:a aac -b:a 20k -ac 1 \
    -metadata title='WatchParty sample film' -movflags +faststart "$demo/sample-film.mp4"
  ls -l "$demo"
}

case "${1:-all}" in
  films) make_films ;;
  stream) make_stream ;;
  demo) make_demo ;;
  all) make_films; make_stream; make_demo ;;
  *) echo "usage: $0 [films | stream | demo]" >&2; exit 2 ;;
esac
