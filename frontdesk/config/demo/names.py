"""Invented people's names, by the language they speak at home. Given and family names are drawn apart."""

from __future__ import annotations

from typing import NamedTuple


class Names(NamedTuple):
    female: tuple[str, ...]
    male: tuple[str, ...]
    family: tuple[str, ...]


def _names(*, female: str, male: str, family: str) -> Names:
    return Names(tuple(female.split()), tuple(male.split()), tuple(family.split()))


NAMES: dict[str, Names] = {
    "en": _names(
        female="""Abigail Adaeze Agnes Aisha Alice Amara Amelia Amélie Anneke Annika Aoife Ashley Astrid Audrey Beatrice
        Bethany Bola Bridget Brooke Caitlin Carol Charlotte Chloe Clara Colleen Cynthia Dana Deborah Denise Diane Dorothy
        Eleanor Elif Ellen Emily Esther Fatou Fiona Frances Freya Gloria Grace Hannah Harriet Heather Helen Imani Ingrid
        Iris Jasmine Jean Joan Josephine Joyce Judith Julia Karen Katherine Kavita Keisha Laila Lakshmi Laura Leah Linnea
        Lois Lorraine Louise Maeve Maja Margaret Marilyn Martha Meera Megan Miriam Monica Nadia Naomi Ngozi Nina Norma
        Odile Olive Pamela Patience Phyllis Priscilla Rachel Rebecca Rosalind Roxanne Ruth Sabine Sadie Sandra Saoirse
        Shanice Sharon Shirin Simone Stella Susan Sylvia Tamika Temperance Theresa Ursula Violet Wendy Winifred Yasmin
        Yuki Yvonne Zara Zoë""",
        male="""Aaron Adewale Alan Albert Amir Anders Andrew Anil Anton Arjun Arthur Åke Barnaby Bartholomew Benjamin
        Bernard Bjørn Brandon Brian Calvin Carl Chidi Clarence Colm Conrad Curtis Dale Darnell Dennis Desmond Dieter Donald
        Douglas Edgar Edwin Elliot Emeka Emil Eric Ernest Everett Felix Finn Floyd Francis Frederick Garrett Gerald Glenn
        Gordon Graham Gregory Hamza Harold Harvey Henrik Herbert Hiroshi Howard Hugh Ian Idris Isaac Ivor Jamal Jasper
        Jerome Joel Jonas Julian Karim Keith Kenji Kenneth Kevin Kwame Lamar Lars Lawrence Leif Leonard Levi Lionel Lloyd
        Magnus Malcolm Marcus Martin Maurice Melvin Milo Mohit Nathaniel Neil Nikhil Norman Oisín Olumide Oscar Otis Owen
        Patrick Percival Percy Philip Quentin Rajesh Ralph Raymond Reginald Roland Ronald Rufus Russell Samir Seamus Sean
        Sidney Silas Stanley Tariq Terrence Theodore Timothy Tobias Tunde Tyrone Vernon Victor Vikram Wallace Walter Warren
        Wendell Wesley Yusuf Zachary""",
        family="""Abernathy Achebe Adebayo Adeyemi Afolabi Ainsworth Albrecht Andersen Appiah Arkwright Ashworth Atkinson
        Bailey Banerjee Barrow Beaumont Bergström Bhattacharya Blackwood Boateng Bowen Bradshaw Brännström Brennan Bristow
        Calloway Carmichael Carrington Chadwick Chakraborty Chaudhary Claybourne Coleman Corrigan Crawford Cunningham
        Dalgaard Danquah Davenport Delacroix Desai Diallo Donnelly Drummond Dubois Ekström Ellsworth Eriksen Eze
        Fairbanks Fairweather Featherstone Fitzgerald Fitzpatrick Forsythe Friedman Gallagher Gardiner Goldberg Greenaway
        Grigoryan Gupta Hadley Halloran Hargreaves Harrington Hartmann Haugen Hawthorne Heffernan Hollingsworth Holloway
        Ibrahimović Ingram Iyer Jankowitz Jensen Kaplan Karlsson Kavanagh Keller Kensington Khatri Kingsley Kirkland
        Lancaster Langford Larsen Lefebvre Lindholm Lockwood Lund MacAllister Mahoney Mbatha McAllister McBride McCarthy
        Mehta Mensah Merriweather Montague Morgenstern Mukherjee Murphy Nakagawa Nakamura Nwosu Nyberg O’Brien O’Connell
        O’Donoghue Ogunleye Okafor Okonjo Olawale Osei Østergaard Papadopoulos Patel Pemberton Penhaligon Petrosyan
        Pettigrew Quigley Radcliffe Ramaswamy Rasmussen Ravenscroft Rosenthal Rutherford Sadler Satō Schneider Shapiro
        Sinclair Singh Sørensen Stonebridge Strand Sundaram Sutherland Tanaka Templeton Thackeray Thistlewood Thorvaldsen
        Tierney Trevelyan Umeh Underhill Vance Venkatesan Wadsworth Wakefield Weatherby Weiss Wetherell Whitcombe
        Whitfield Winslow Winterbourne Woodhouse Wyndham Yamamoto Yeboah Zimmerman""",
    ),
    "es": _names(
        female="""Adriana Alejandra Alma Ana Beatriz Belén Carmen Catalina Claudia Consuelo Cristina Daniela Dolores Elena
        Esperanza Estela Fernanda Gabriela Graciela Guadalupe Inés Isabel Jimena Josefina Juana Leticia Liliana Lourdes
        Lucía Luz Magdalena Marisol Marta Mercedes Milagros Natalia Nuria Paloma Patricia Pilar Raquel Renata Rocío Rosa
        Rosario Silvia Soledad Sofía Susana Teresa Valentina Verónica Ximena Yolanda""",
        male="""Agustín Alberto Alejandro Alfonso Álvaro Andrés Antonio Armando Arturo Benito Bernardo Camilo Carlos César
        Cristóbal Diego Eduardo Emilio Enrique Ernesto Esteban Federico Felipe Fernando Francisco Gerardo Gonzalo Guillermo
        Héctor Hugo Ignacio Jaime Javier Joaquín Jorge José Julio Leonardo Lorenzo Luis Manuel Marcelo Mateo Mauricio
        Miguel Nicolás Octavio Óscar Pablo Rafael Ramiro Raúl Ricardo Roberto Rodrigo Salvador Santiago Sergio Tomás""",
        family="""Acosta Aguilar Alvarado Arroyo Ávila Barrera Beltrán Benítez Caballero Cabrera Calderón Campos Cárdenas
        Carrasco Castañeda Castellanos Castillo Cervantes Contreras Córdova Delgado Domínguez Escobar Espinoza Estrada
        Figueroa Fuentes Gallegos García Gutiérrez Guzmán Hernández Herrera Ibarra Jiménez Juárez Ledesma López Lozano
        Maldonado Márquez Medina Mejía Mendoza Molina Montoya Morales Muñoz Navarro Núñez Ochoa Ortega Pacheco Padilla
        Paredes Peña Quintana Quiroga Ramírez Rentería Reyes Ríos Rivas Robles Rojas Rosales Salazar Sandoval Santana
        Saldívar Serrano Solís Soto Tapia Trujillo Valdés Valenzuela Vargas Velázquez Villalobos Villanueva Zamora
        Zúñiga""",
    ),
    "ar": _names(
        female="""Amal Amina Dalia Dina Farida Fatima Ghada Hala Hanan Huda Iman Jamila Khadija Layla Lina Maha Mariam Mona
        Nabila Nadine Noor Nour Rana Rania Rasha Reem Salma Samira Shadia Suha Yara Zainab""",
        male="""Abbas Adel Ahmad Ali Ayman Bassam Bilal Emad Fadi Faisal Farid Ghassan Hadi Hassan Hisham Ibrahim Jamal
        Kamal Khaled Mahmoud Majed Marwan Mustafa Nabil Omar Rami Rashid Samir Tarek Walid Yasser Ziad""",
        family="""Al-Amin Al-Khatib Al-Masri Al-Najjar Al-Sayed Aziz Bakri Barakat Darwish El-Shami Fakhoury Farouk Ghanem
        Haddad Hakim Hamdan Hariri Issa Jabbour Kanaan Khalil Khoury Mansour Masoud Nasser Odeh Qasim Rahman Saleh Shaheen
        Suleiman Tawil Youssef Zaidan""",
    ),
    "zh": _names(
        female="""Ailing Baozhu Chunhua Fang Guiying Hui Jia Jiayi Jing Lan Lihua Lili Mei Meiling Min Ning Qing Rong Shufen
        Suyin Ting Wei Xia Xiaohong Xiuying Yan Yating Yingying Yulan Yun Zhen""",
        male="""Bin Bo Chao Chen Da Dong Feng Gang Guang Guoqiang Hai Haoran Jian Jianguo Jun Kai Lei Liang Long Ming Peng
        Qiang Ruiming Shan Tao Weimin Xiang Xin Yong Yuchen Zhiwei Zihao""",
        family="""Bai Cai Cao Chen Cheng Cui Deng Ding Dong Fan Fang Feng Gao Guo Han He Hu Huang Jiang Jin Li Liang Lin Liu
        Lu Luo Ma Meng Pan Peng Qian Qin Ren Shen Shi Song Sun Tan Tang Tian Wan Wang Wei Wu Xia Xiao Xie Xu Yan Yang Yao
        Ye Yu Yuan Zeng Zhang Zhao Zheng Zhong Zhou Zhu""",
    ),
    "vi": _names(
        female="""Ánh Bích Châu Diễm Dung Giang Hạnh Hiền Hoa Hồng Hương Khánh Kim Lan Liên Linh Loan Mai Minh Mỹ Nga Ngọc
        Nhung Phương Quỳnh Thảo Thu Thủy Trang Trinh Tuyết Vân Xuân Yến""",
        male="""An Bảo Bình Chiến Cường Danh Dũng Đạt Đức Hải Hiếu Hòa Hùng Huy Khoa Lâm Long Lộc Nam Nghĩa Phong Phúc Quân
        Quang Sơn Tài Tâm Thành Thiện Thịnh Toàn Trung Tuấn Việt Vinh""",
        family="""Bùi Cao Châu Đặng Đào Đinh Đỗ Đoàn Dương Hà Hồ Hoàng Huỳnh Lâm Lê Lương Lưu Lý Mai Ngô Nguyễn Phạm Phan
        Phùng Quách Tạ Thái Tô Tôn Trần Triệu Trịnh Trương Từ Võ Vũ Vương""",
    ),
    "pt": _names(
        female="""Adelaide Beatriz Benedita Camila Clarice Conceição Débora Fátima Fernanda Francisca Glória Helena Iracema
        Joana Juliana Larissa Leonor Luana Lurdes Margarida Mariana Marlene Raimunda Rosângela Tainá Vanessa""",
        male="""Afonso Anselmo Antônio Augusto Bento Caetano Davi Domingos Duarte Edson Eusébio Fábio Gilberto Heitor
        Henrique Inácio João Jorge Leandro Luís Matias Nelson Otávio Paulo Rui Thiago Valdir Vasco""",
        family="""Almeida Alves Amaral Araújo Azevedo Barbosa Batista Braga Cardoso Carvalho Coutinho Cunha Dias Faria
        Fernandes Figueiredo Fonseca Freitas Gonçalves Guimarães Lacerda Leitão Macedo Magalhães Moreira Nogueira Pacheco
        Peixoto Pinheiro Queiroz Rezende Saldanha Sampaio Siqueira Tavares Teixeira Vasconcelos Xavier""",
    ),
    "ht": _names(
        female="""Altagrâce Bernadette Claudette Darline Esther Fabienne Gerda Islande Jocelyne Ketly Lovely Magalie Marjorie
        Micheline Mirlande Nadège Philomène Rose-Marie Roseline Solange Vierge Widline Yanick""",
        male="""Alix Boniface Dieudonné Emmanuel Fritz Frantz Gesner Guerlin Hervé Jean-Baptiste Jean-Robert Jocelin Kesner
        Luckner Mackenson Maxime Olivier Pierre-Louis Réginald Rénald Stanley Wilner Wisly""",
        family="""Alcindor Alexis Augustin Baptiste Beauvoir Bien-Aimé Célestin Charles Clervil Démosthène Désir Dorvil
        Fleurimond François Georges Germain Hyppolite Jean-Louis Joseph Laguerre Lafleur Louissaint Mondésir Narcisse
        Noël Petit-Frère Philogène Pierre Saint-Fleur Toussaint Valcin""",
    ),
    "ru": _names(
        female="""Alla Anastasia Antonina Daria Ekaterina Elena Galina Inna Irina Kira Larisa Lidia Lyudmila Marina Nadezhda
        Natalya Nina Oksana Olga Polina Raisa Svetlana Tamara Tatiana Vera Yulia Zinaida Zoya""",
        male="""Alexei Anatoly Andrei Arkady Boris Denis Dmitri Evgeny Fyodor Gennady Georgy Grigory Igor Ilya Kirill
        Konstantin Leonid Maxim Mikhail Nikolai Oleg Pavel Roman Semyon Sergei Stepan Timur Vadim Viktor Yuri""",
        family="""Antonenko Baranov Belsky Bogdan Chernenko Demchuk Egorenko Fedorenko Gavrilenko Golovko Gurevich Kasparin
        Kovalenko Kravets Lysenko Makarenko Melnik Moroz Nemirovsky Panchenko Petrenko Polyak Reznik Rudenko Savchenko
        Shapoval Sokolenko Tkachenko Volovik Yakimenko Zaslavsky Zhuk""",
    ),
    "pl": _names(
        female="""Agnieszka Alicja Barbara Bożena Danuta Dorota Elżbieta Ewa Grażyna Halina Hanna Irena Iwona Jadwiga Janina
        Joanna Katarzyna Krystyna Lucyna Magdalena Małgorzata Renata Stanisława Teresa Urszula Wanda Zofia""",
        male="""Adam Andrzej Bogdan Bolesław Czesław Dariusz Grzegorz Henryk Jacek Janusz Jarosław Jerzy Kazimierz Krzysztof
        Leszek Maciej Marek Mieczysław Piotr Ryszard Stanisław Tadeusz Tomasz Wiesław Wojciech Zbigniew Zdzisław""",
        family="""Adamczyk Bąk Błaszczyk Chmiel Cieślak Czajka Dąbek Dudek Gajda Głowacz Górka Jabłoń Jaworek Kaczmarek
        Kołodziej Kozieł Kruk Kubiak Lisiak Madej Mazurek Mikołajczyk Nowak Olejnik Pawlak Pietrzak Rogala Sikora Sobczak
        Stępień Szczepaniak Urbańczyk Walczak Wieczorek Wójcik Wróbel Zając Zieliński""",
    ),
}
NAMES["ase"] = NAMES["en"]

NEAR_CITIES = """
201 203 212 215 229 240 267 301 302 304 315 330 339 347 351 401 404 410 412 413 434 443 475 484 508 516 518 540 551 570
571 585 603 607 609 610 614 617 631 646 703 704 716 717 718 732 757 774 781 802 804 814 828 845 848 856 860 862 878 908
910 914 917 919 929 934 959 973 978 980 984
""".split()
"""Area codes of the East; the numbers that follow are 555-0100 to 555-0199, which are given to nobody."""

MAIL_HOSTS = (
    "mail.example.com",
    "post.example.net",
    "home.example.org",
    "inbox.example.com",
    "letters.example.org",
)
